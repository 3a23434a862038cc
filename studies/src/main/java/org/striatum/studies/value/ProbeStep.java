package org.striatum.studies.value;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.MeanDifference;
import org.striatum.probe.value.ProbeSink;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronStudy;
import org.striatum.probe.value.ValueNeuronStudy.StudiedDataset;
import org.striatum.probe.value.ValueProbe;
import org.striatum.probe.value.ValueProbeTraining;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.directions.DirectionFile;
import org.striatum.studies.fits.Fit;
import org.striatum.studies.fits.FitFile;
import org.striatum.studies.rollouts.RolloutCounts;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Searches for value neurons in every data set at every captured hook point.
public record ProbeStep() implements Study<ProbeSettings, ValueNeuronResults> {
  public static final ProbeStep STUDY = new ProbeStep();

  @Override
  public StudyDescription<ProbeSettings, ValueNeuronResults> about() {
    return StudyDescription
        .of("probe", "Fit value probes and sparse paths, rank neurons, run controls.", ProbeSettings.defaults(),
            ValueNeuronResults.class)
        .withQuick(ProbeSettings.quick()).withSeeding(ProbeSettings::withSeed);
  }

  /// 2: probes that rank are trained until the best coordinates stay the same.
  @Override
  public int version() {
    return 2;
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public Scope scope() {
    return Scope.EVERY_CHECKPOINT;
  }

  /// Ends of trajectories; value probes are trained on whatever is stored between them.
  @Override
  public List<StoredPosition> positions(ProbeSettings settings) {
    return List.of(settings.at() == StatePosition.THINK_END ? StoredPosition.THINK_END : StoredPosition.S0,
        StoredPosition.LAST);
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, ProbeSettings settings) {
    return List.of(RolloutStep.STUDY, CaptureStep.STUDY);
  }

  /// Rollouts without the position are counted and said, and where states between the ends are not stored.
  private static String note(ProbeSettings settings, ActivationStore store, int all, int read) {
    List<String> notes = new ArrayList<>();
    left(settings, all, read).ifPresent(notes::add);
    if (!StoredPosition.COMPLETION.isAmong(store.positions())) {
      notes.add("value probes are trained on the states at %s alone".formatted(
          StoredPosition.printed(store.positions())));
    }
    return notes.isEmpty() ? null : String.join("; ", notes);
  }

  private static Optional<String> left(ProbeSettings settings, int all, int read) {
    return read == all
        ? Optional.empty()
        : Optional
            .of("%d of %d rollouts have no %s and are left out%s".formatted(all - read, all, settings.at().printed(),
                read == 0 ? ": no thought closed, or the rollouts were made before that was kept" : ""));
  }

  private static ProbeSink sink(List<Fit> fits) {
    return new ProbeSink() {
      @Override
      public void linear(String dataset, HookPoint hook, String probe, LinearPredictor fitted) {
        fits.add(new Fit.Linear(dataset, hook, probe, fitted));
      }

      @Override
      public void value(String dataset, HookPoint hook, ValueProbeTraining.Target target, ValueProbe fitted,
          int rollouts) {
        fits.add(new Fit.Value(dataset, hook, target.printed(), fitted, rollouts));
      }
    };
  }

  @Override
  public Map<Question, List<Finding>> answers(String checkpoint, ValueNeuronResults results) {
    return ValueAnswers.of(results);
  }

  @Override
  public Found<ValueNeuronResults> find(StudyRun run, ProbeSettings settings) throws IOException {
    List<Rollout> rollouts = run.rollouts();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      List<StudiedDataset> datasets = new ArrayList<>();
      ProblemSplit.byDataset(rollouts).forEach((dataset, own) -> {
        SortedMap<HookPoint, Trajectories> states = new TreeMap<>();
        store.hooks().forEach(hook -> states.put(hook,
            StoredTrajectories.ofDataset(store, rollouts, dataset, hook, settings.at())));
        List<Rollout> read = own.stream().filter(rollout -> settings.at().in(rollout).isPresent()).toList();
        datasets.add(new StudiedDataset(dataset, RolloutCounts.finished(read), settings.split().of(own), states,
            note(settings, store, own.size(), read.size())));
      });
      SortedMap<String, List<Direction>> directions = new TreeMap<>();
      datasets.forEach(dataset -> directions.put(dataset.name(), dataset.states().entrySet().stream()
          .flatMap(at -> MeanDifference.of(at.getKey(), at.getValue(), dataset.split()).stream()).toList()));
      List<Fit> fits = new ArrayList<>();
      ValueNeuronStudy study = new ValueNeuronStudy(settings.study(), settings.seed(), sink(fits), run.pieces());
      ValueNeuronResults results = study.run(datasets, run.progress());
      Sha256 inputs = run.key(this, settings).sha256();
      return Found.only(results).with(folder -> {
        Path file = FitFile.of(folder.folder(), name());
        FitFile.write(file, fits, inputs);
        List<Path> files = new ArrayList<>(List.of(file));
        for (Map.Entry<String, List<Direction>> found : directions.entrySet()) {
          if (!found.getValue().isEmpty()) {
            files.add(DirectionFile.found(folder, found.getKey()));
            DirectionFile.write(files.getLast(), found.getValue());
          }
        }
        return files;
      });
    }
  }
}

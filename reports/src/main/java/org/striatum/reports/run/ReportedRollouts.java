package org.striatum.reports.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.Continuations;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.reports.run.SampleRollout.StepValue;
import org.striatum.reports.run.SampleRollout.TokenValue;
import org.striatum.reports.run.SampleRollout.ValueTrace;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.dopamine.ContinuedRollout;
import org.striatum.studies.fits.Fit;
import org.striatum.studies.fits.Fits;
import org.striatum.studies.run.CompletionText;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;
import org.striatum.studies.value.ProbedValues;

/// Rollouts of a run that are shown in full: for each dataset, the test rollouts in which V̂ rises and falls most in one
/// step, otherwise the first that was solved and the first that failed. If hidden states of all their tokens are stored, each is shown with
/// the predictions of a value probe.
///
/// @param rollouts all of the run
/// @param continued those that were cut into steps; may be empty
/// @param values what the probe step found; null without it
/// @param probe that step; null likewise
/// @param fits what it fitted
/// @param store of hidden states; null without one
/// @param texts what tokens read
record ReportedRollouts(List<Rollout> rollouts, List<ContinuedRollout> continued, ValueNeuronResults values,
    ProbeSettings probe, Fits fits, ActivationStore store, CompletionText texts) {

  /// A continued rollout and its largest change of V̂.
  private record Moved(ContinuedRollout rollout, double rise, double fall) {}

  /// All rollouts shown of a run.
  ///
  /// @param store null without stored states
  static List<SampleRollout> of(StudyRun run, ActivationStore store) throws IOException {
    RunFolder folder = run.folder();
    boolean probed = folder.has(ProbeStep.STUDY);
    return new ReportedRollouts(run.rollouts(), ContinuationStep.continued(folder),
        probed ? folder.results(ProbeStep.STUDY) : null, probed ? folder.settings(ProbeStep.STUDY) : null,
        probed ? Fits.of(folder, ProbeStep.STUDY) : Fits.NONE, store, run.completions()).samples();
  }

  private List<SampleRollout> samples() {
    List<SampleRollout> samples = new ArrayList<>();
    ProblemSplit.byDataset(rollouts).forEach((dataset, own) -> {
      Optional<Split> split = probe == null || store == null || unprobed(dataset)
          ? Optional.empty()
          : Optional.of(probe.split().of(own));
      Set<Integer> lines = chosen(dataset, split);
      Optional<Fit.Value> fitted = split.filter(_ -> StoredPosition.COMPLETION.isAmong(store.positions()))
          .flatMap(_ -> new ProbedValues(dataset, values, fits).best());
      lines.forEach(line -> samples.add(sample(line, fitted)));
    });
    return samples;
  }

  private boolean unprobed(String dataset) {
    return values.layers().stream().noneMatch(layer -> layer.dataset().equals(dataset));
  }

  /// Lines of the rollouts shown of a dataset.
  private Set<Integer> chosen(String dataset, Optional<Split> split) {
    List<Integer> open = IntStream.range(0, rollouts.size()).filter(line -> {
      Rollout rollout = rollouts.get(line);
      return rollout.problem().dataset().equals(dataset)
          && split.map(dealt -> dealt.of(rollout.problem().id()) == Split.Fold.TEST).orElse(true);
    }).boxed().toList();
    List<Moved> moved = continued.stream().filter(one -> open.contains(one.line())).map(this::moved)
        .filter(one -> Double.isFinite(one.rise()) && Double.isFinite(one.fall())).toList();
    Set<Integer> lines = new LinkedHashSet<>();
    moved.stream().max(Comparator.comparingDouble(Moved::rise)).ifPresent(one -> lines.add(one.rollout().line()));
    moved.stream().min(Comparator.comparingDouble(Moved::fall)).ifPresent(one -> lines.add(one.rollout().line()));
    if (moved.isEmpty()) {
      for (double reward : new double[]{1, 0}) {
        open.stream().filter(line -> rollouts.get(line).reward() == reward).findFirst().ifPresent(lines::add);
      }
    }
    return lines;
  }

  private Moved moved(ContinuedRollout one) {
    double[] deltas = steps(one).stream().mapToDouble(StepValue::delta).filter(Double::isFinite).toArray();
    return new Moved(one, Arrays.stream(deltas).max().orElse(Double.NaN),
        Arrays.stream(deltas).min().orElse(Double.NaN));
  }

  private SampleRollout sample(int line, Optional<Fit.Value> fitted) {
    Rollout rollout = rollouts.get(line);
    List<StepValue> steps = continued.stream().filter(one -> one.line() == line).findFirst().map(this::steps)
        .orElse(List.of());
    return new SampleRollout(rollout.problem().dataset(), rollout.problem().id(), rollout.problem().prompt(),
        rollout.completion(), rollout.reward(), fitted.map(probe -> trace(line, probe, steps)).orElse(null));
  }

  private ValueTrace trace(int line, Fit.Value fitted, List<StepValue> steps) {
    Rollout rollout = rollouts.get(line);
    HookPoint hook = fitted.hook();
    StoredTrajectories one = new StoredTrajectories(store, rollouts, new int[]{line}, hook);
    float[] states = new float[one.length(0) * one.width()];
    one.states(0, states, 0);
    double[] read = fitted.network().values(states, one.length(0));
    double[] errors = fitted.network().tdErrors(states, one.length(0), rollout.reward(),
        probe.study().training().returns().gamma());
    List<String> pieces = texts.pieces(rollout.sequence().continuation());
    int thought = thought(rollout.problem().dataset(), pieces);
    List<TokenValue> tokens = IntStream.range(0, pieces.size())
        .mapToObj(t -> new TokenValue(pieces.get(t), read[t + 1], errors[t], t < thought)).toList();
    return new ValueTrace(fitted.probe(), hook, fitted.rollouts(), read[0], tokens,
        errors[errors.length - 1], steps);
  }

  /// How many of a completion's tokens stand in its thinking, the markers included: its first ones, or all if it was cut off there.
  private int thought(String dataset, List<String> pieces) {
    String whole = String.join("", pieces);
    int answer = texts.format().reading(dataset).withStops(List.of()).graded(whole)
        .map(text -> whole.length() - text.length())
        .orElse(whole.length());
    int tokens = 0;
    for (int read = 0; tokens < pieces.size() && read + pieces.get(tokens).length() <= answer && answer > 0; tokens++) {
      read += pieces.get(tokens).length();
    }
    return tokens;
  }

  /// V̂ before each step, from the continuations sampled there, and how the step changed it.
  private List<StepValue> steps(ContinuedRollout one) {
    Steps cut = one.steps();
    List<Continuations> before = one.continuations();
    double reward = rollouts.get(one.line()).reward();
    return IntStream.range(0, cut.count()).filter(k -> before.get(k).draws() > 0).mapToObj(k -> {
      double after = k + 1 < cut.count() ? before.get(k + 1).value() : reward;
      return new StepValue(cut.first(k), cut.last(k), before.get(k).value(), after - before.get(k).value(),
          before.get(k).draws());
    }).toList();
  }
}

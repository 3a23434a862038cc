package org.striatum.reports.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.reports.run.ExampleRun;
import org.striatum.studies.capture.SavedStatesStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.value.ProbeStep;

/// Run folders as a scan leaves them, without the studies: states that drift from checkpoint to checkpoint, rankings in which a few
/// coordinates change places each time, and figures that rise.
final class InventedRuns {
  private static final int PROMPTS = 30;
  private static final int WIDTH = 48;
  private static final int HOOKS = 2;
  /// Of a ranking, from one checkpoint to the next.
  private static final int EXCHANGED = 12;

  private final StudyResults like;
  private final List<List<Integer>> orders = new ArrayList<>();
  private final float[] states = new float[HOOKS * PROMPTS * WIDTH];
  private final Random random = new Random(20261130);

  private InventedRuns(StudyResults like) {
    this.like = like;
    for (int i = 0; i < states.length; i++) {
      states[i] = (float) random.nextGaussian();
    }
    like.values().layers().forEach(layer -> orders.add(new ArrayList<>(layer.order())));
  }

  static String name(int checkpoint) {
    return "step" + 1000 * (checkpoint + 1);
  }

  /// Writes them.
  static void write(Path folder, int count) throws IOException {
    InventedRuns runs = new InventedRuns(ExampleRun.content().results());
    for (int i = 0; i < count; i++) {
      runs.write(folder.resolve(name(i)), i / (double) Math.max(1, count - 1));
    }
  }

  private void write(Path folder, double progress) throws IOException {
    for (int i = 0; i < states.length; i++) {
      states[i] = (float) (0.998 * states[i] + 0.06 * random.nextGaussian());
    }
    orders.forEach(this::change);
    Path states = Files.createTempFile("states", ".safetensors");
    Path outcomes = Files.createTempFile("outcomes", ".jsonl");
    try (RunFolder created = RunFolder.create(folder)) {
      StudyRun run = new StudyRun(created, Version.environment(1), RunModel.none(), _ -> {}, Progress.NONE);
      write(states, outcomes);
      try (SavedStatesStep saved = SavedStatesStep.open(states, outcomes)) {
        saved.run(run);
      }
      run.run(new Invented<>(ProbeStep.STUDY, values(progress)), ProbeStep.STUDY.about().defaults());
      run.run(new Invented<>(DopamineStep.STUDY, like.dopamine()), DopamineStep.STUDY.about().defaults());
    } finally {
      Files.delete(states);
      Files.delete(outcomes);
    }
  }

  private void change(List<Integer> order) {
    for (int i = 0; i < EXCHANGED; i++) {
      Collections.swap(order, random.nextInt(order.size() / 10), random.nextInt(order.size()));
    }
  }

  private void write(Path file, Path outcomes) throws IOException {
    int[] ones = IntStream.generate(() -> 1).limit(PROMPTS).toArray();
    try (SafetensorsWriter writer = new SafetensorsWriter(file,
        List.of(new Declared("hidden_states", DType.F32, List.of((long) HOOKS, (long) PROMPTS, (long) WIDTH)),
            new Declared("token_ids", DType.I32, List.of((long) PROMPTS)),
            new Declared("lengths", DType.I32, List.of((long) PROMPTS))),
        Map.of())) {
      writer.append("hidden_states", states, 0, states.length);
      writer.append("token_ids", ones, 0, ones.length);
      writer.append("lengths", ones, 0, ones.length);
    }
    Files.write(outcomes, IntStream.range(0, PROMPTS)
        .mapToObj(i -> "{\"dataset\": \"chain-arithmetic\", \"problem\": \"p%d\", \"reward\": %d, \"prompt_length\": 1}"
            .formatted(i, i % 2))
        .toList());
  }

  private ValueNeuronResults values(double progress) {
    List<DatasetSummary> datasets = like.values().datasets().stream()
        .map(one -> new DatasetSummary(one.dataset(), one.problems(), one.rollouts(),
            moved(one.accuracy(), 0.3 * progress), one.finished(), one.train(), one.validation(), one.test(),
            one.excludedRows(), one.promptLengthAuroc(), one.ceiling(), one.note()))
        .toList();
    List<LayerProbes> layers = new ArrayList<>();
    for (LayerProbes one : like.values().layers()) {
      layers.add(new LayerProbes(one.dataset(), one.hook(), one.probes(), one.shuffled(), one.pruning(), one.path(),
          one.top(), one.agreement(), one.ranking(), orders.get(layers.size())));
    }
    return new ValueNeuronResults(datasets, layers, like.values().controls());
  }

  private Estimate moved(Estimate from, double by) {
    double change = by + 0.02 * random.nextGaussian();
    return new Estimate(from.value() + change, from.low() + change, from.high() + change);
  }

  /// A study's name and format with results that are given.
  private record Invented<S extends Record, R extends Record>(Study<S, R> like, R results) implements Study<S, R> {
    @Override
    public StudyDescription<S, R> about() {
      return like.about();
    }

    @Override
    public int version() {
      return like.version();
    }

    @Override
    public List<Study<?, ?>> reads(StudyRun run, S settings) {
      return List.of();
    }

    @Override
    public Found<R> find(StudyRun run, S settings) {
      return Found.only(results);
    }
  }
}

package org.striatum.peft.llm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.hooks.torch.GateGradient;
import org.striatum.hooks.torch.Gradient;
import org.striatum.peft.llm.AdaptationStudy.Execution;
import org.striatum.peft.llm.Adaptation.Applied;
import org.striatum.peft.llm.Trial.Opened;
import org.striatum.peft.llm.Trial.Tested;
import org.striatum.peft.llm.Trial.Trained;
import org.striatum.probe.run.Folders;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;

/// Runs what PyTorch learned in ONNX Runtime, and compares both engines' logits. The caller closes it, and keeps
/// the models.
final class TrialTester implements AutoCloseable {
  /// Largest relative difference allowed between the two engines' logits.
  static final double TOLERANCE = 1e-4;
  /// Validation problems whose logits both engines compute.
  private static final int COMPARED = 8;

  private final DjlModel djl;
  private final HookedModel model;
  private final ModeProblems problems;
  private final Set<HookPoint> hooks;
  private final Execution execution;
  private final Evaluation evaluation;

  /// @param hooks where gates may stand
  TrialTester(DjlModel djl, HookedModel model, ModeProblems problems, Set<HookPoint> hooks, Execution execution) {
    this.djl = djl;
    this.model = model;
    this.problems = problems;
    this.hooks = hooks;
    this.execution = execution;
    this.evaluation = new Evaluation(model, problems.tested(), hooks, execution.batchSize());
  }

  /// The model as it is.
  Tested frozen() throws CheckpointException {
    return new Tested(evaluation.of(Gates.none()), new double[0], 0);
  }

  /// The model with the learned adaptation.
  ///
  /// @throws CheckpointException if the engines disagree, naming the figure
  Tested of(Trained one) throws IOException {
    return one.trial().adaptation() instanceof NeuronGate gate ? gated(one, gate) : merged(one);
  }

  private Tested gated(Trained one, NeuronGate gate) throws CheckpointException {
    Gates soft = gate.gates(one.learned().parameters(), false);
    double agreement = agreement(one.name(), djl, model.model(), soft);
    return new Tested(evaluation.of(soft),
        evaluation.correct(problems.test(), gate.gates(one.learned().parameters(), true)), agreement);
  }

  /// Changed weights go to ONNX Runtime as a checkpoint of their own, which is deleted again.
  private Tested merged(Trained one) throws IOException {
    Applied applied = one.trial().adaptation().applied(one.learned().parameters());
    Path folder = Files.createTempDirectory("striatum-merged");
    try (DjlModel changed = djl.under(applied.overlay())) {
      Path merged = folder.resolve(model.facts().name());
      changed.merge(merged);
      try (HookedModel opened = HookedModel.open(merged, Optional.of(model.memory()), execution.threads());
          Evaluation ofMerged = new Evaluation(opened, problems.tested(), hooks, execution.batchSize())) {
        double agreement = agreement(one.name(), changed, opened.model(), Gates.none());
        return new Tested(ofMerged.of(Gates.none()), new double[0], agreement);
      }
    } finally {
      Folders.delete(folder);
    }
  }

  /// max|a − b| / max|b| of each row's logits, the worst row.
  private double agreement(String what, GatedModel torch, GatedModel onnx, Gates gates) throws CheckpointException {
    List<TokenSequence> items = problems.validation().items().stream().limit(COMPARED).toList();
    Recording found = torch.record(items, Set.of(HookPoint.LOGITS), gates);
    Recording expected = onnx.record(items, Set.of(HookPoint.LOGITS), gates);
    int width = onnx.vocabulary();
    double worst = 0;
    for (int row = 0; row < expected.rows(); row++) {
      worst = Math.max(worst,
          difference(found.at(HookPoint.LOGITS), expected.at(HookPoint.LOGITS), row * width, width));
    }
    if (!(worst <= TOLERANCE)) {
      throw new CheckpointException("%s: logits of %s differ by %.2g between PyTorch and ONNX"
          .formatted(model.facts().name(), what, worst) + " Runtime, more than " + TOLERANCE
          + ": the engines do not compute the same model");
    }
    return worst;
  }

  private static double difference(float[] found, float[] expected, int from, int width) {
    double difference = 0;
    double scale = 0;
    for (int i = from; i < from + width; i++) {
      difference = Math.max(difference, Math.abs((double) found[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return difference == 0 ? 0 : difference / scale;
  }

  /// Openness of every gated coordinate before and after learning, hook point by hook point.
  Opened opened(NeuronGate gate, Trained one) {
    return new Opened(openness(gate, gate.start(new SplittableRandom(0))),
        openness(gate, one.learned().parameters()));
  }

  /// Mean g of each gated coordinate over positions of validation solutions: (neurons).
  private float[] openness(NeuronGate gate, float[] parameters) {
    Gradient gradient = djl.gradient(problems.validation().items(), gate.gates(parameters, false), 0);
    float[] openness = new float[gate.neurons()];
    int next = 0;
    for (Map.Entry<HookPoint, NeuronGate.Place> place : gate.at().entrySet()) {
      GateGradient of = gradient.gates().get(place.getKey());
      for (int coordinate : place.getValue().coordinates()) {
        openness[next++] = of.openness()[coordinate];
      }
    }
    return openness;
  }

  @Override
  public void close() {
    evaluation.close();
  }
}

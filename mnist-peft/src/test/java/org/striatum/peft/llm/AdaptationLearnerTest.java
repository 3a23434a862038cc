package org.striatum.peft.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.Progress;

/// Learning on the bundled checkpoint.
class AdaptationLearnerTest {
  private static final HookPoint HOOK = HookPoint.residPost(2);

  private static HookedModel model;
  private static Checkpoint checkpoint;
  private static DjlModel djl;
  private static ModeProblems problems;
  private static Map<HookPoint, StateScale> scales;

  @BeforeAll
  static void open() throws Exception {
    model = Reasoner.open();
    checkpoint = Checkpoint.open(Reasoner.FOLDER);
    djl = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()));
    problems = Reasoner.problems(model, 16, 8, 4);
    scales = StateScale.of(model, problems.training().items(), Set.of(HOOK));
  }

  @AfterAll
  static void close() {
    djl.close();
    checkpoint.close();
    model.close();
  }

  private static NeuronGate gate() {
    return new NeuronGate(new TreeMap<>(Map.of(HOOK,
        new NeuronGate.Place(IntStream.range(0, 256).boxed().toList(), scales.get(HOOK)))), new GateForm(4, -4, 5));
  }

  private static AdaptationLearner learner(int steps) {
    return new AdaptationLearner(djl, problems.training().items(), problems.validation().items(),
        new AdaptationTraining(steps, 8, 0, 4));
  }

  /// One batch that never changes: every kind must lower its loss.
  @Test
  void everyKindLearnsAFixedBatch() {
    for (Adaptation adaptation : List.of(gate(), BiasAdaptation.of(djl).orElseThrow(),
        LowRankAdaptation.of(djl, 2).orElseThrow())) {
      AdaptationLearner learner = new AdaptationLearner(djl, problems.training().items().subList(0, 8),
          problems.training().items().subList(0, 8), new AdaptationTraining(12, 8, 0, 4));
      Learned learned = learner.learn(adaptation, 0.02, 1, Progress.Task.SILENT);
      assertThat(learned.stopped()).isNull();
      assertThat(learned.validation()).as(adaptation.getClass().getSimpleName()).isGreaterThan(learned.start() + 0.005);
    }
  }

  @Test
  @Tag("slow")
  void theSameSeedLearnsTheSame() {
    Learned one = learner(4).learn(gate(), 0.01, 7, Progress.Task.SILENT);
    Learned two = learner(4).learn(gate(), 0.01, 7, Progress.Task.SILENT);
    assertThat(two.parameters()).isEqualTo(one.parameters());
    assertThat(two.validation()).isEqualTo(one.validation());
    assertThat(learner(4).learn(gate(), 0.01, 8, Progress.Task.SILENT).parameters()).isNotEqualTo(one.parameters());
  }

  /// A rate that throws the parameters out of all bounds: what was good is kept, and it is said.
  @Test
  void aLossThatIsNoNumberEndsItWithTheBestStateKept() {
    Learned learned = learner(8).learn(BiasAdaptation.of(djl).orElseThrow(), 1e38, 1, Progress.Task.SILENT);
    assertThat(learned.stopped()).isNotNull();
    assertThat(learned.step()).isZero();
    assertThat(learned.parameters()).containsOnly(0f);
    assertThat(learned.validation()).isEqualTo(learned.start()).isFinite();
  }
}

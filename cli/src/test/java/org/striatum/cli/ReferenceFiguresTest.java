package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.stats.Auroc;
import org.striatum.studies.Run;

/// Our pipeline against an independent one (transformers 5.17 `generate`, T = 1, top-p 1, at most 110 new tokens;
/// scikit-learn: standardised, L2-logistic C = 0.02, first half of 600 problems trains, second half tests) on the bundled
/// checkpoint. Both are samples: differences are held against √(se₁² + se₂²), and a few of many may exceed two.
@Tag("slow")
class ReferenceFiguresTest {
  /// One task's reference: accuracy and its standard error, AUROC at s₀ behind each block, Hanley's standard error.
  private record Reference(double accuracy, double accuracyError, double[] auroc, double aurocError) {}

  private static final Map<String, Reference> REFERENCES = Map.of("add",
      new Reference(0.6667, 0.0192, new double[]{0.6617, 0.6747, 0.6602, 0.6571}, 0.0310), "mul",
      new Reference(0.6200, 0.0198, new double[]{0.7102, 0.7591, 0.7363, 0.7170}, 0.0272), "mod",
      new Reference(0.9183, 0.0112, new double[]{0.5786, 0.5684, 0.5696, 0.5716}, 0.0615), "expr",
      new Reference(0.3400, 0.0193, new double[]{0.6681, 0.6614, 0.6470, 0.6508}, 0.0344));

  @Test
  void accuracyAndLinearProbesAgreeWithAnIndependentPipeline(@TempDir Path folder) throws Exception {
    List<Double> deviations = new ArrayList<>();
    try (Run run = Run.create(folder.resolve("run"), Path.of("../checkpoints/tiny-reasoner-step2000"))) {
      run.rollouts(ProblemSets.named("add,mul,mod,expr"),
          r -> r.withProblems(600).withSamples(1).withSampling(new Sampling(1, 1, 0, 110, true)).withSeed(11));
      HookedModel model = run.model();
      for (Map.Entry<String, Reference> task : REFERENCES.entrySet()) {
        List<Rollout> rollouts = run.rollouts().stream().filter(r -> r.problem().dataset().equals(task.getKey()))
            .toList();
        Reference reference = task.getValue();
        double accuracy = rollouts.stream().mapToDouble(Rollout::reward).average().orElseThrow();
        deviations.add((accuracy - reference.accuracy()) / (Math.sqrt(2) * reference.accuracyError()));
        for (int layer = 0; layer < reference.auroc().length; layer++) {
          double auroc = secondHalfAuroc(model, rollouts, HookPoint.residPost(layer));
          deviations.add((auroc - reference.auroc()[layer]) / (Math.sqrt(2) * reference.aurocError()));
        }
      }
    }
    assertThat(deviations).as("differences in standard errors").hasSize(20).allMatch(z -> Math.abs(z) < 4);
    assertThat(deviations.stream().filter(z -> Math.abs(z) > 2).count()).as("beyond two of %s", deviations)
        .isLessThanOrEqualTo(4);
  }

  /// One zero ablation of the reference: named coordinates, and accuracy on two tasks.
  private record Ablated(int layer, List<Integer> coordinates, double add, double mul) {}

  /// 256 problems a task; base add 0.6562, mul 0.5781.
  private static final List<Ablated> ABLATED = List.of(new Ablated(0, List.of(53, 100, 181), 0.6562, 0.6094),
      new Ablated(0, List.of(5, 77, 130), 0.6562, 0.5781), new Ablated(0, List.of(12, 100, 201), 0.6719, 0.5781),
      new Ablated(1, List.of(27, 53, 122), 0.6367, 0.5820), new Ablated(1, List.of(5, 77, 130), 0.6523, 0.5781),
      new Ablated(1, List.of(12, 100, 201), 0.6523, 0.5742), new Ablated(2, List.of(27, 53, 181), 0.6328, 0.5859),
      new Ablated(2, List.of(5, 77, 130), 0.6484, 0.5898), new Ablated(2, List.of(12, 100, 201), 0.6484, 0.5781),
      new Ablated(3, List.of(37, 53, 96), 0.6445, 0.5781), new Ablated(3, List.of(5, 77, 130), 0.6484, 0.5781),
      new Ablated(3, List.of(12, 100, 201), 0.6523, 0.5781));

  /// Accuracy with named coordinates zeroed at every layer, against the same independent pipeline.
  @Test
  void accuracyUnderZeroAblationAgreesWithAnIndependentPipeline() throws Exception {
    List<Double> deviations = new ArrayList<>();
    try (HookedModel model = HookedModel.open(Path.of("../checkpoints/tiny-reasoner-step2000"), Optional.empty(), 0)) {
      for (String task : List.of("add", "mul")) {
        List<Problem> problems = ProblemSets.named(task).getFirst().draw(256, 5);
        List<TokenSequence> prompts = new ArrayList<>();
        for (Problem problem : problems) {
          prompts.add(TokenSequence.prompt(model.tokenizer().encode(problem.prompt())));
        }
        for (Ablated ablated : ABLATED) {
          HookPoint hook = HookPoint.residPost(ablated.layer());
          Gates gates = Gates.of(hook, Gate.zeroing(model.model().width(hook), ablated.coordinates()));
          List<Completion> completions = model.model().generate(prompts, LongStream.range(0, 256).toArray(),
              new Sampling(1, 1, 0, 110, true), gates, 128, () -> {});
          double right = 0;
          for (int i = 0; i < 256; i++) {
            right += ProblemSets.grader(task).reward(problems.get(i),
                model.tokenizer().decode(completions.get(i).tokens()));
          }
          double expected = task.equals("add") ? ablated.add() : ablated.mul();
          deviations.add((right / 256 - expected) / Math.sqrt(2 * expected * (1 - expected) / 256));
        }
      }
    }
    // Items are the same in all arms of a task, so that its deviations move together.
    assertThat(deviations).as("differences in standard errors").hasSize(24).allMatch(z -> Math.abs(z) < 4);
  }

  private static double secondHalfAuroc(HookedModel model, List<Rollout> rollouts, HookPoint hook) {
    int half = rollouts.size() / 2;
    LinearPredictor probe = LinearProbe.fit(initialStates(model, rollouts.subList(0, half), hook),
        model.model().width(hook), rewards(rollouts.subList(0, half)));
    List<Rollout> test = rollouts.subList(half, rollouts.size());
    return Auroc.of(probe.scores(initialStates(model, test, hook), test.size()), rewards(test));
  }

  /// States at the last prompt position: (rollouts, d).
  private static float[] initialStates(HookedModel model, List<Rollout> rollouts, HookPoint hook) {
    List<TokenSequence> prompts = rollouts.stream().map(Rollout::prompt).toList();
    var recording = model.model().record(prompts, Set.of(hook), Gates.none());
    int width = model.model().width(hook);
    float[] states = new float[rollouts.size() * width];
    for (int i = 0; i < rollouts.size(); i++) {
      System.arraycopy(recording.at(hook), (recording.rowOf()[i + 1] - 1) * width, states, i * width, width);
    }
    return states;
  }

  private static boolean[] rewards(List<Rollout> rollouts) {
    boolean[] rewards = new boolean[rollouts.size()];
    for (int i = 0; i < rewards.length; i++) {
      rewards[i] = rollouts.get(i).reward() > 0.5;
    }
    return rewards;
  }
}

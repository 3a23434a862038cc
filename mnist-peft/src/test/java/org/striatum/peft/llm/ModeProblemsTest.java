package org.striatum.peft.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.peft.llm.ModeProblems.Counts;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Problem;

class ModeProblemsTest {
  @Test
  void noPromptStandsInTwoPlaces() throws Exception {
    try (HookedModel model = Reasoner.open()) {
      Set<String> taken = ProblemSets.named("mul").getFirst().draw(200, 3).stream().map(Problem::id)
          .collect(Collectors.toSet());
      ModeProblems problems = ModeProblems.draw(model, ProblemSets.named("mul").getFirst(),
          List.copyOf(ProblemSets.named("mod,add")), new Counts(60, 20, 30), taken, 3);
      List<String> all = Stream.concat(Stream.of(problems.training(), problems.validation(), problems.test()),
          problems.others().stream()).flatMap(task -> task.problems().stream()).map(Problem::id).toList();
      assertThat(all).hasSize(60 + 20 + 30 + 30 + 30).doesNotHaveDuplicates().doesNotContainAnyElementsOf(taken);
      TokenSequence item = problems.training().items().getFirst();
      Problem first = problems.training().problems().getFirst();
      assertThat(item.tokens()[item.length() - 1]).as("ends as the checkpoint's texts do")
          .isEqualTo(model.endOfSequence().getFirst());
      assertThat(model.tokenizer().decode(item.tokens())).isEqualTo(first.prompt() + first.solution());
      assertThatThrownBy(() -> new Counts(60, 20, 1)).hasMessageContaining("at least 2 to test on");
    }
  }

  /// Means and deviations over all positions but the first, against two passes over the recorded states.
  @Test
  void aScaleIsThatOfTheStatesBehindTheFirst() throws Exception {
    try (HookedModel model = Reasoner.open()) {
      HookPoint hook = HookPoint.residPost(1);
      List<TokenSequence> items = Reasoner.problems(model, 140, 1, 2).training().items(); // more than one chunk
      StateScale scale = StateScale.of(model, items, Set.of(hook)).get(hook);
      Map<Integer, double[]> sums = Map.of(0, new double[256], 1, new double[256]);
      long rows = 0;
      for (TokenSequence item : items) {
        float[] states = model.model().record(List.of(item), Set.of(hook), Gates.none()).at(hook);
        for (int t = 1; t < item.length(); t++, rows++) {
          for (int i = 0; i < 256; i++) {
            sums.get(0)[i] += states[t * 256 + i];
            sums.get(1)[i] += Math.pow(states[t * 256 + i] - scale.mean()[i], 2);
          }
        }
      }
      for (int i = 0; i < 256; i += 17) {
        assertThat((double) scale.mean()[i]).isCloseTo(sums.get(0)[i] / rows, within(1e-4));
        assertThat((double) scale.deviation()[i]).isCloseTo(Math.sqrt(sums.get(1)[i] / rows), within(1e-4));
      }
    }
  }
}

package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.DirectionPlan.DirectionTreatment;
import org.striatum.probe.intervention.Decision.Reason;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionStudy.ScoredText;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.Progress;

/// A model that uses one coordinate: taking the direction along it out must damage it, and no other direction.
class DirectionPlanTest {
  private static final int D = 60;
  private static final int USED = 7;
  private static final double[] RMS = IntStream.range(0, D).mapToDouble(_ -> 1).toArray();

  private static Intervention projectedOut(int coordinate) {
    float[] vector = new float[D];
    vector[coordinate] = 2;
    Direction direction = new Direction(PlantedModel.HOOK, vector);
    Random random = new Random(5);
    List<float[]> states = new ArrayList<>();
    for (int k = 0; k < 100; k++) {
      float[] state = new float[D];
      for (int j = 0; j < D; j++) {
        state[j] = (float) random.nextGaussian();
      }
      states.add(state);
    }
    MatchedDirections controls = MatchedDirections.draw(direction, states, 39, MatchedSets.DEFAULT_TOLERANCE,
        new SplittableRandom(2));
    DirectionPlan plan = new DirectionPlan(true, "sums", "difference",
        List.of(new DirectionPlan.Cut(direction, controls)),
        new DirectionTreatment(AblationKind.PROJECT_OUT, Double.NaN), PositionMask.ALL);
    List<ScoredText> texts = IntStream.range(0, 40)
        .mapToObj(i -> new ScoredText("p" + i / 2, new TokenSequence(new int[]{i, 5, 6}, 2))).toList();
    return InterventionStudyTest.alone(new InterventionStudy(PlantedModel.usesOnly(RMS, Set.of(USED)), Progress.NONE)
        .logProbability(plan, texts, true, new SplittableRandom(3)));
  }

  @Test
  void theDirectionThatIsUsedIsSpecific() {
    Intervention found = projectedOut(USED);
    assertThat(found.emptyMaskIdentical()).isTrue();
    assertThat(found.damage()).isEqualTo(Damage.SPECIFIC);
    assertThat(found.kind()).isEqualTo(AblationKind.PROJECT_OUT);
    assertThat(found.effect().value()).isCloseTo(-10, within(0.01));
    assertThat(found.specific()).isEqualTo("specific to this direction");
    assertThat(found.others().getFirst().name()).isEqualTo(DirectionPlan.COMPLEMENT);
    assertThat(found.others().getFirst().effect().value()).as("nothing but the direction is left")
        .isCloseTo(0, within(0.01));
  }

  @Test
  void oneThatIsNotUsedDoesNoDamage() {
    Intervention found = projectedOut(USED + 1);
    assertThat(found.effect().value()).isCloseTo(0, within(0.01));
    assertThat(found.decision().reason()).as("matched directions hold some of the used one, and do more damage")
        .isEqualTo(Reason.LACKS_POWER);
  }

  @Test
  void refusesWhatIsDoneToCoordinates() {
    assertThatThrownBy(() -> new DirectionTreatment(AblationKind.ZERO, Double.NaN)).hasMessageContaining("project-out");
    assertThatThrownBy(() -> new DirectionTreatment(AblationKind.ADD, Double.NaN)).hasMessageContaining("finite");
  }
}

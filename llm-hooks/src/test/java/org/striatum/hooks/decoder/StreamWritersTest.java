package org.striatum.hooks.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.hooks.GoldenCheckpoints;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// The matrices found in the description are those that the running model uses.
class StreamWritersTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  /// With all but one input coordinate zeroed, what a part adds differs from what it adds with all zeroed by that coordinate's
  /// column: |W(j, i)| |x(i)|. Families whose output is not normed, in both layouts, with and without biases and scales.
  @ParameterizedTest
  @ValueSource(strings = {"families/granite", "families/opt", "families/mixtral", "variants/llama-biases-yarn",
      "variants/gpt2-unscaled-relu", "variants/neox-unbiased-linear", "variants/falcon-grouped-one-norm"})
  void aMatrixIsTheOneThatTheModelMultipliesBy(String family) throws Exception {
    try (HookedModel opened = HookedModel.open(GOLDEN.resolve(family), Optional.empty(), 1)) {
      GatedModel model = opened.model();
      StreamWriters writers = opened.streamWriters().orElseThrow();
      TokenSequence tokens = GoldenCheckpoints.sequences(new Random(3), model.vocabulary(), 1, 6).getFirst();
      int compared = 0;
      for (HookPoint input : List.of(new HookPoint(1, Site.HEAD_OUT), HookPoint.mlpPost(1))) {
        if (!model.hookPoints().contains(input)) {
          continue;
        }
        HookPoint output = new HookPoint(1, input.site() == Site.HEAD_OUT ? Site.ATTN_OUT : Site.MLP_OUT);
        int width = model.width(input);
        float[] none = row(model, tokens, output, Gates.of(input, Gate.zeroing(width, all(width, -1))));
        for (int i = 0; i < width; i += 5) {
          double x = Math.abs(row(model, tokens, input, Gates.none())[i]);
          float[] one = row(model, tokens, output, Gates.of(input, Gate.zeroing(width, all(width, i))));
          double[] sizes = new double[width];
          sizes[i] = x;
          double[] expected = writers.absolute(input, sizes).orElseThrow();
          for (int j = 0; j < expected.length; j++) {
            assertThat((double) Math.abs(one[j] - none[j])).isCloseTo(expected[j], within(1e-4 * (1 + expected[j])));
          }
          compared++;
        }
      }
      assertThat(compared).isPositive();
    }
  }

  /// The last row of what is read.
  private static float[] row(GatedModel model, TokenSequence tokens, HookPoint hook, Gates gates) {
    float[] rows = model.record(List.of(tokens), Set.of(hook), gates).at(hook);
    int width = model.width(hook);
    float[] last = new float[width];
    System.arraycopy(rows, rows.length - width, last, 0, width);
    return last;
  }

  private static List<Integer> all(int width, int but) {
    return IntStream.range(0, width).filter(i -> i != but).boxed().toList();
  }

  @Test
  void aMixtureHasNoMatrixOfItsOwnAndOtherSizesAreRefused() throws Exception {
    try (HookedModel opened = HookedModel.open(GOLDEN.resolve("families/mixtral"), Optional.empty(), 1)) {
      StreamWriters writers = opened.streamWriters().orElseThrow();
      assertThat(writers.absolute(HookPoint.mlpPost(0), new double[1])).isEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writers.absolute(new HookPoint(0, Site.HEAD_OUT), new double[1]))
          .withMessageContaining("found 1 sizes");
    }
  }
}

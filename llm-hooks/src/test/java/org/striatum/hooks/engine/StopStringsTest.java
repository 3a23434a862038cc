package org.striatum.hooks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.UsageException;

class StopStringsTest {
  private static final List<String> PIECES = List.of("a", "b", "ab", "\n", "\n\n", "aab", "", "b\na");

  private static String words(int[] tokens) {
    return Arrays.stream(tokens).mapToObj(PIECES::get).collect(Collectors.joining());
  }

  /// One byte per token.
  private static String bytes(int[] tokens) {
    byte[] bytes = new byte[tokens.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) tokens[i];
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// The definition: the first token with which a stop is in the text, and in it the token in which it begins.
  private static OptionalInt expected(List<String> stops, int[] tokens, int from) {
    for (int to = from + 1; to <= tokens.length; to++) {
      String text = words(Arrays.copyOfRange(tokens, from, to));
      int begin = stops.stream().mapToInt(text::indexOf).filter(place -> place >= 0).min().orElse(-1);
      for (int end = from + 1; begin >= 0 && end <= to; end++) {
        if (words(Arrays.copyOfRange(tokens, from, end)).length() > begin) {
          return OptionalInt.of(end);
        }
      }
    }
    return OptionalInt.empty();
  }

  @Property(tries = 500)
  void aCompletionEndsAtTheTokenInWhichTheFirstStopBegins(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 7) Integer> drawn,
      @ForAll @Size(min = 1, max = 3) List<@StringLength(min = 1, max = 5) @CharRange(from = 'a', to = 'c') String> stops,
      @ForAll @IntRange(max = 5) int begun) {
    List<String> wanted = stops.stream().map(stop -> stop.replace('c', '\n')).toList();
    int[] tokens = drawn.stream().mapToInt(Integer::intValue).toArray();
    int from = Math.min(begun, tokens.length - 1);
    StopStrings looking = new StopStrings(wanted, StopStringsTest::words);
    OptionalInt found = OptionalInt.empty();
    for (int to = from + 1; to <= tokens.length && found.isEmpty(); to++) {
      found = looking.end(tokens, from, to);
    }
    assertThat(found).isEqualTo(expected(wanted, tokens, from));
  }

  @Test
  void aStopMayBeSpreadOverTheBytesOfItsCharacters() {
    byte[] text = "é… 数字。Question: 2".getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[text.length];
    Arrays.setAll(tokens, i -> text[i]);
    StopStrings looking = new StopStrings(List.of("字。Question"), StopStringsTest::bytes);
    OptionalInt found = OptionalInt.empty();
    int to = 0;
    while (found.isEmpty() && to < tokens.length) {
      found = looking.end(tokens, 0, ++to);
    }
    assertThat(new String(text, 0, to, StandardCharsets.UTF_8)).isEqualTo("é… 数字。Question");
    int end = found.orElseThrow();
    assertThat(new String(text, 0, end - 1, StandardCharsets.UTF_8)).as("all before the stop's first byte")
        .startsWith("é… 数");
    assertThat(new Sampling(1, 1, 0, 9, true).withStops(looking.stops()).cut(new String(text, StandardCharsets.UTF_8)))
        .isEqualTo("é… 数");
  }

  private static RunningCompletion running(TokenSequence prompt, Sampling sampling) {
    return new RunningCompletion(prompt, sampling, 1, CompletionEnd.at(Set.of(2)).reading(StopStringsTest::words));
  }

  /// Token by token: greedy, each row of logits says which.
  private static Completion drawn(RunningCompletion running, int... tokens) {
    for (int token : tokens) {
      assertThat(running.stopped()).isFalse();
      float[] logits = new float[PIECES.size()];
      logits[token] = 3;
      running.draw(logits, 0, logits.length);
    }
    assertThat(running.stopped()).isTrue();
    return running.completion();
  }

  @Test
  void whatIsKeptIsWhatIsCounted() {
    Sampling sampling = new Sampling(0, 1, 0, 9, true).withStops(List.of("\n\na"));
    TokenSequence prompt = TokenSequence.prompt(new int[]{0});
    Completion stopped = drawn(running(prompt, sampling), 1, 1, 4, 0);
    assertThat(stopped.tokens()).containsExactly(1, 1, 4);
    assertThat(stopped.drawn()).as("with the whole stop, so that a text can be cut before it").containsExactly(1, 1, 4,
        0);
    assertThat(stopped.finished()).isTrue();
    Completion limited = drawn(running(prompt, new Sampling(0, 1, 0, 3, true)), 1, 1, 4);
    assertThat(stopped.logProbability()).isCloseTo(limited.logProbability(), within(1e-12));
    assertThat(limited.finished()).isFalse();
  }

  @Test
  void aStopMayBeginInWhatWasBegunBefore() {
    Sampling sampling = new Sampling(0, 1, 0, 9, true).withStops(List.of("\n\n"));
    Completion stopped = drawn(running(new TokenSequence(new int[]{4, 1, 3}, 1), sampling), 3);
    assertThat(stopped.tokens()).isEmpty();
    assertThat(stopped.drawn()).containsExactly(3);
    assertThat(stopped.finished()).isTrue();
    assertThat(stopped.logProbability()).isZero();
  }

  @Test
  void aTurnsEndEndsACompletionWithoutBeingAnEndOfSequence() {
    Sampling sampling = new Sampling(0, 1, 0, 9, false).withStopTokens(List.of(5));
    assertThat(drawn(running(TokenSequence.prompt(new int[]{0}), sampling), 2, 1, 5).tokens()).containsExactly(2, 1);
  }

  @Test
  void stopStringsNeedAText() {
    RunningCompletion running = new RunningCompletion(TokenSequence.prompt(new int[]{0}),
        Sampling.greedy(4).withStops(List.of("x")), 1, CompletionEnd.at(Set.of()));
    assertThatThrownBy(() -> running.draw(new float[]{1, 0}, 0, 2)).isInstanceOf(UsageException.class);
  }
}

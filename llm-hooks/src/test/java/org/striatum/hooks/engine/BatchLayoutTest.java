package org.striatum.hooks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// Where rows lie in a padded batch, and how they get to their places in the caller's order.
class BatchLayoutTest {
  private static final List<TokenSequence> SEQUENCES = List.of(new TokenSequence(new int[]{5, 6}, 1),
      new TokenSequence(new int[]{1, 2, 3, 4}, 2), new TokenSequence(new int[]{7}, 1));

  @Test
  void aBatchIsPaddedOnTheRightAndItsMasksLeavePaddingOut() {
    PaddedBatch batch = PaddedBatch.of(SEQUENCES, 100).getFirst();
    assertThat(batch.members()).containsExactly(1, 0, 2);
    assertThat(batch.tokens()).containsExactly(1, 2, 3, 4, 5, 6, 0, 0, 7, 0, 0, 0);
    assertThat(batch.positionIds()).containsExactly(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
    assertThat(batch.gated(Gate.identity(1)).mask()).containsExactly(true, true, true, true, true, true, false, false,
        true,
        false, false, false);
    assertThat(batch.gated(Gate.identity(1).at(PositionMask.GENERATED)).mask()).containsExactly(false, false, true,
        true, false, true, false, false,
        false, false, false, false);
  }

  @Test
  void batchesHoldAtMostTheRowsGivenOrOneSequence() {
    assertThat(PaddedBatch.of(SEQUENCES, 8)).extracting(PaddedBatch::size).containsExactly(2, 1);
    assertThat(PaddedBatch.of(SEQUENCES, 1)).extracting(PaddedBatch::size).containsExactly(1, 1, 1);
  }

  @Test
  void aContinuationTokenIsScoredAtTheRowBeforeIt() {
    ScoredTokens scored = PaddedBatch.of(SEQUENCES, 100).getFirst().scored();
    assertThat(scored.rows()).containsExactly(1, 2, 4);
    assertThat(scored.targets()).containsExactly(3, 4, 6);
    double[] sums = new double[3];
    scored.addTo(sums, new float[]{-1, -2, -4});
    assertThat(sums).containsExactly(-4, -3, 0);
  }

  @Test
  void rowsComeToStandInTheCallersOrderWithoutPadding() {
    HookPoint hook = HookPoint.EMBED;
    RecordingBuffer buffer = new RecordingBuffer(SEQUENCES, Set.of(hook), _ -> 2);
    FloatBuffer rows = FloatBuffer.wrap(new float[]{10, 11, 20, 21, 30, 31, 40, 41});
    buffer.put(hook, 1, 0, rows, 0, 3);
    buffer.put(hook, 1, 3, rows, 3, 1);
    buffer.put(hook, 0, 0, rows, 1, 2);
    buffer.put(hook, 2, 0, rows, 0, 1);
    Recording recording = buffer.recording();
    assertThat(recording.rowOf()).containsExactly(0, 2, 6, 7);
    assertThat(recording.at(hook)).containsExactly(20, 21, 30, 31, 10, 11, 20, 21, 30, 31, 40, 41, 10, 11);
    assertThat(buffer.valuesPerRow()).isEqualTo(2);
  }

  @Test
  void valuesThatDoNotFitIntoAnArrayAreRefusedBeforeMemoryIsTaken() {
    List<TokenSequence> sequences = List.of(TokenSequence.prompt(new int[1 << 16]));
    assertThatThrownBy(() -> new RecordingBuffer(sequences, Set.of(HookPoint.EMBED), _ -> 1 << 16))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void aCompletionStopsAtItsLimitOrAtATokenThatEndsIt() {
    float[] logits = {0, 9, 0, 0, 0, 9};
    RunningCompletion limited = new RunningCompletion(TokenSequence.prompt(new int[]{0}),
        new Sampling(0, 1, 0, 2, true), 1, CompletionEnd.at(Set.of(2)));
    limited.draw(logits, 0, 3);
    assertThat(limited.stopped()).isFalse();
    limited.draw(logits, 0, 3);
    assertThat(limited.stopped()).isTrue();
    assertThat(limited.sequence().tokens()).containsExactly(0, 1, 1);
    assertThat(limited.completion().finished()).isFalse();

    RunningCompletion ended = new RunningCompletion(TokenSequence.prompt(new int[]{0}), new Sampling(0, 1, 0, 2, true),
        1, CompletionEnd.at(Set.of(2)));
    ended.draw(logits, 1, 3);
    assertThat(ended.stopped()).isTrue();
    assertThat(ended.completion().finished()).isTrue();
    assertThat(ended.completion().tokens()).isEmpty();
  }
}

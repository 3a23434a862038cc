package org.striatum.probe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TokenSequenceTest {
  private static final TokenSequence SEQUENCE = TokenSequence.prompt(new int[]{1, 2}).followedBy(3).followedBy(4, 5);

  @Test
  void whatIsAddedFollowsThePrompt() {
    assertThat(SEQUENCE.tokens()).containsExactly(1, 2, 3, 4, 5);
    assertThat(SEQUENCE.promptLength()).isEqualTo(2);
    assertThat(SEQUENCE.continuation()).containsExactly(3, 4, 5);
    assertThat(SEQUENCE.prompt().tokens()).containsExactly(1, 2);
    assertThat(SEQUENCE.prompt().continuation()).isEmpty();
  }

  @Test
  void whatFollowsThePromptCanBeCutOffAndNotThePromptItself() {
    assertThat(SEQUENCE.upTo(3).continuation()).containsExactly(3);
    assertThat(SEQUENCE.upTo(5).tokens()).isEqualTo(SEQUENCE.tokens());
    assertThatThrownBy(() -> SEQUENCE.upTo(1)).hasMessageContaining("[2, 5], found 1");
    assertThatThrownBy(() -> SEQUENCE.upTo(6)).hasMessageContaining("[2, 5], found 6");
  }
}

package org.striatum.peft.nta.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LabelBlocksTest {
  @Test
  void noClassHasOneNameInTwoTasks() {
    int[][] names = LabelBlocks.names(10, new SplittableRandom(5));
    for (int c = 0; c < 10; c++) {
      int k = c;
      assertThat(Arrays.stream(names).mapToInt(task -> task[k]).distinct().count()).isEqualTo(10);
    }
    assertThat(Arrays.stream(names[3]).sorted().toArray()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }
}

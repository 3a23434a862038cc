package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNamesTest {
  private static final List<String> NAMES = List.of("add", "mul", "mod", "add-long", "mul-long");

  @Test
  void theNearestIsMeantAndNoOther() {
    assertThat(NearestNames.near("mull", NAMES)).containsExactly("mul");
    assertThat(NearestNames.near("mul-lnog", NAMES)).as("an exchange is one slip").containsExactly("mul-long");
    assertThat(NearestNames.near("mxl", NAMES)).containsExactly("mul");
    assertThat(NearestNames.near("mu", List.of("mul", "mud"))).as("as near").containsExactly("mul", "mud");
    assertThat(NearestNames.meant("mull", NAMES)).isEqualTo("; did you mean mul?");
  }

  @Test
  void whatIsFarIsNotGuessed() {
    assertThat(NearestNames.near("frobnicate", NAMES)).isEmpty();
    assertThat(NearestNames.near("", NAMES)).isEmpty();
    assertThat(NearestNames.near("mul", List.of())).isEmpty();
    assertThat(NearestNames.meant("m".repeat(1_000_000), NAMES)).isEmpty();
    assertThat(NearestNames.of("frobnicate", NAMES)).as("asked for whatever the distance").hasSize(3);
  }
}

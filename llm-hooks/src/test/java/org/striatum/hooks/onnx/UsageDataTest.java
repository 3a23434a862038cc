package org.striatum.hooks.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UsageDataTest {
  /// ONNX Runtime sends usage data unless the environment says no. Tests of all modules run with what the root `pom.xml`
  /// sets, and so does what they start.
  @Test
  void testsMaySendNone() {
    assertThat(System.getenv()).containsEntry("ORT_DISABLE_TELEMETRY", "1").containsEntry("OPT_OUT_TRACKING", "true");
  }
}

package org.striatum.cli.engine;

import java.util.List;

/// What a unit's Java is told of its compiler. A unit has the processors that its threads are counted for, and none beside them: what Java
/// compiles takes time from the work, and most units are over before the slower compiler's code has paid for itself. It therefore compiles
/// what has run eight times as often as Java would wait for. No result depends on it.
final class UnitCompiler {
  private static final int PATIENCE = 8;

  /// Options of `java`, to be followed by those that a user gave.
  static final List<String> OPTIONS = List.of("-XX:Tier4InvocationThreshold=" + PATIENCE * 5_000,
      "-XX:Tier4MinInvocationThreshold=" + PATIENCE * 600, "-XX:Tier4CompileThreshold=" + PATIENCE * 15_000,
      "-XX:Tier4BackEdgeThreshold=" + PATIENCE * 40_000);

  private UnitCompiler() {}
}

package org.striatum.peft.nta;

import java.util.function.LongFunction;

/// One arm of an experiment, yet to be run.
///
/// @param name in tables
/// @param settings everything but the seed
/// @param courses whether blocks and curves are of interest, or only how runs end
/// @param simulation a seed's run; a function of settings and seed alone
record Arm(String name, ArmSettings settings, boolean courses, LongFunction<NtaRun> simulation) {
  static Arm of(String name, NtaSettings settings) {
    return new Arm(name, settings, true, seed -> AlternatingBlocks.run(settings, seed));
  }

  static Arm of(String name, TwoLayerSettings settings) {
    return new Arm(name, settings, true, seed -> TwoLayerBlocks.run(settings, seed));
  }

  /// The same, of which only the end is kept.
  Arm atEnd() {
    return new Arm(name, settings, false, seed -> simulation.apply(seed).atEnd());
  }
}

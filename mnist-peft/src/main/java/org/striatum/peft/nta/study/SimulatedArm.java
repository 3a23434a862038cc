package org.striatum.peft.nta.study;

import java.util.function.LongFunction;
import org.striatum.peft.nta.run.AlternatingBlocks;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.run.TwoLayerBlocks;
import org.striatum.peft.nta.setting.ArmSettings;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.setting.TwoLayerSettings;

/// One arm of an experiment, yet to be run.
///
/// @param name in tables
/// @param settings everything but the seed
/// @param courses whether blocks and curves are of interest, or only how runs end
/// @param simulation a seed's run; a function of settings and seed alone
public record SimulatedArm(String name, ArmSettings settings, boolean courses, LongFunction<NtaRun> simulation) {
  public static SimulatedArm of(String name, NtaSettings settings) {
    return new SimulatedArm(name, settings, true, seed -> AlternatingBlocks.run(settings, seed));
  }

  public static SimulatedArm of(String name, TwoLayerSettings settings) {
    return new SimulatedArm(name, settings, true, seed -> TwoLayerBlocks.run(settings, seed));
  }

  /// The same, of which only the end is kept.
  public SimulatedArm atEnd() {
    return new SimulatedArm(name, settings, false, seed -> simulation.apply(seed).atEnd());
  }
}

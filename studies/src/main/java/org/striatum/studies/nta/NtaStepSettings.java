package org.striatum.studies.nta;

import java.util.List;
import org.striatum.peft.nta.setting.ArmSettings;

/// Settings of an experiment.
///
/// @param arms its arms
/// @param seeds number of seeds
/// @param firstSeed the first of consecutive seeds
public record NtaStepSettings(List<ArmSettings> arms, int seeds, long firstSeed) {
  public NtaStepSettings {
    arms = List.copyOf(arms);
  }

  public NtaStepSettings withSeed(long first) {
    return new NtaStepSettings(arms, seeds, first);
  }
}

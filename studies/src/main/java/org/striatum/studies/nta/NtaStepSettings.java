package org.striatum.studies.nta;

import java.util.List;
import org.striatum.peft.nta.setting.ArmSettings;

/// What an experiment is told.
///
/// @param arms its arms
/// @param seeds how many
/// @param firstSeed the seeds are this and those that follow
public record NtaStepSettings(List<ArmSettings> arms, int seeds, long firstSeed) {
  public NtaStepSettings {
    arms = List.copyOf(arms);
  }

  public NtaStepSettings withSeed(long first) {
    return new NtaStepSettings(arms, seeds, first);
  }
}

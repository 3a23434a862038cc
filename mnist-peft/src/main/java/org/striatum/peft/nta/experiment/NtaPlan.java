package org.striatum.peft.nta.experiment;

import java.io.IOException;
import java.util.List;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.setting.ArmSettings;
import org.striatum.peft.nta.study.NtaStudy;

/// An experiment with everything settled but its seeds.
///
/// @param experiment which
/// @param settings everything that decides it; another value makes another result
/// @param work runs it
public record NtaPlan(NtaExperiment experiment, List<ArmSettings> settings, Work work) {
  /// What runs an experiment over a study's seeds.
  @FunctionalInterface
  public interface Work {
    NtaResults run(NtaStudy study) throws IOException;
  }

  public NtaPlan {
    settings = List.copyOf(settings);
  }
}

package org.striatum.peft.nta;

import java.io.IOException;
import java.util.List;

/// An experiment with everything settled but its seeds.
///
/// @param experiment what is asked
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

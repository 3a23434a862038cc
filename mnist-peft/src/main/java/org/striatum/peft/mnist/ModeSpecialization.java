package org.striatum.peft.mnist;

import java.util.List;

/// Everything that was found about mode specialisation. A part that was not run is null.
///
/// @param images their name
/// @param settings images cut to what there are
/// @param methods the paper's five, of `table`
public record ModeSpecialization(String images, ModeSettings settings, List<MethodResult> methods,
    SpecializationTable.Result table, TunedComparison.Result tuned, Hardening.Result hardening,
    FoundationQuality.Result foundations, AbsentMode.Result absent, ModeSwitching.Result switching,
    GateCost.Result cost) {
  public ModeSpecialization {
    methods = methods == null ? null : List.copyOf(methods);
  }
}

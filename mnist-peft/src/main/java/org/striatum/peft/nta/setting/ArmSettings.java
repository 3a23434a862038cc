package org.striatum.peft.nta.setting;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/// Everything that decides one arm of an experiment but its seed.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = NtaSettings.class, name = "gated-linear"),
    @JsonSubTypes.Type(value = TwoLayerSettings.class, name = "two-layer"),
    @JsonSubTypes.Type(value = LabelSettings.class, name = "label-permutation"),
    @JsonSubTypes.Type(value = BridgeSettings.class, name = "bridge")})
public sealed interface ArmSettings permits NtaSettings, TwoLayerSettings, LabelSettings, BridgeSettings {}

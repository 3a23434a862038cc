package org.striatum.probe.intervention;

import org.striatum.probe.intervention.InterventionResults.Intervention;

/// An intervention as it was measured. What it comes to depends on the others of its family: [InterventionResults#of] judges
/// all of them together.
///
/// @param intervention without a decision
/// @param drops that are planted into the same items
public record MeasuredIntervention(Intervention intervention, PlantedDrops drops) {}

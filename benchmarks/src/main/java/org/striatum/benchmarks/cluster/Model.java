package org.striatum.benchmarks.cluster;

/// A size of a family of models.
///
/// @param parameters how many
/// @param layers blocks
/// @param width of the residual stream
public record Model(String name, double parameters, int layers, int width) {}

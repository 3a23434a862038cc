package org.striatum.peft.adapter;

/// Where an adapter comes from.
///
/// @param data it was trained on, in words
/// @param examples how many
/// @param seed of its start and its batches
/// @param stepsDone steps that gave its values, fewer than set if the loss diverged
public record Provenance(String data, int examples, long seed, AdapterTraining training, int stepsDone) {}

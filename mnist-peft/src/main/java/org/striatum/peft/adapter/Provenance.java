package org.striatum.peft.adapter;

/// Where an adapter comes from.
///
/// @param data what it was trained on, in words
/// @param examples how many
/// @param seed of its start and its batches
/// @param stepsDone steps behind its values, fewer than asked for if the loss diverged
public record Provenance(String data, int examples, long seed, AdapterTraining training, int stepsDone) {}

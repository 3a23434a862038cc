/// Recorded hidden states on disk: safetensors shards that any Python opens, their index, and trajectories read from
/// them.
package org.striatum.probe.store;

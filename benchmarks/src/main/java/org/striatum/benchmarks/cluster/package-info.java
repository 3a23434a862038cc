/// A study of many checkpoints on many machines, on paper: what docs/cluster.md says of scale.
package org.striatum.benchmarks.cluster;

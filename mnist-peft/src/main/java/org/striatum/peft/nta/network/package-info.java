/// Networks that learn: gated linear paths, two linear layers, and a non-linear one with gains and thresholds; and what keeps
/// gates bounded.
package org.striatum.peft.nta.network;

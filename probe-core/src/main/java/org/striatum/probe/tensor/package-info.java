/// The safetensors format: mapped reading with bounds checked first, and atomic writing. Checkpoints (llm-hooks) and
/// the activation store both stand on it, so it lives below both.
package org.striatum.probe.tensor;

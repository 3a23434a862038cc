/// Hooks and gates in somebody else's ONNX file. The residual stream is found by topology, never by name: its tensors
/// are those that every path from the embedding to the logits runs through. A copy of the graph is changed; the file
/// stays as it is.
package org.striatum.hooks.surgery;

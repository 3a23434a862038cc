/// The PyTorch engine: a decoder's description becomes arrays with gradients, computed by DJL. It learns gates and
/// small changes of frozen weights, and is what the ONNX engine is tested against.
package org.striatum.hooks.torch;

/// The PyTorch engine: a decoder's description becomes arrays with gradients, computed by DJL. It learns gates and
/// small changes of frozen weights, and is the second opinion the ONNX engine is held to.
package org.striatum.hooks.torch;

/// The ONNX engine: a decoder's description becomes a graph whose weights are external data inside the checkpoint's own
/// files, run by ONNX Runtime.
package org.striatum.hooks.onnx;

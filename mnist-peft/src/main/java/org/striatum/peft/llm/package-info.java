/// Adapting a frozen language model to one kind of problem: gates on its residual coordinates or MLP neurons, learned by gradient,
/// compared with BitFit and LoRA at an equal number of steps, all run in ONNX Runtime afterwards.
package org.striatum.peft.llm;

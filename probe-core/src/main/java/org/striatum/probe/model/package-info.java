/// The one port to a running model: hook points, neurons, the gate and [org.striatum.probe.model.GatedModel].
/// No runtime is visible here; `llm-hooks` implements the port.
package org.striatum.probe.model;

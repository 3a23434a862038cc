/// Adapters trained by gradient over a frozen base: TauGate and its baselines.
package org.striatum.peft;

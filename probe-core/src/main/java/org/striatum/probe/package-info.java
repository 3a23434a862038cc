/// Finding the reward subsystem of a language model, without knowing how models run.
package org.striatum.probe;

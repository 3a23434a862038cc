/// Neuron sets, resolved from the rankings of a run.
package org.striatum.studies.neurons;

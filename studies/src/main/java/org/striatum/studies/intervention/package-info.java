/// Interventions: neuron sets ablated and compared with random and RMS-matched sets.
package org.striatum.studies.intervention;

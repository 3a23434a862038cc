/// Interventions: neuron sets ablated beside random and RMS-matched sets.
package org.striatum.studies.intervention;

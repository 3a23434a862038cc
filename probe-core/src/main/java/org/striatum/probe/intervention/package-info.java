/// Does the model use the neurons? Ablation against random and RMS-matched sets, with paired tests.
package org.striatum.probe.intervention;

/// Units as tasks of array jobs of SLURM.
package org.striatum.cli.engine.slurm;

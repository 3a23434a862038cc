package org.striatum.cli.engine.slurm;

import org.striatum.probe.run.UsageException;

/// `sbatch` took no job.
final class SlurmRefusal extends UsageException {
  private static final long serialVersionUID = 1;

  /// @param said by it
  SlurmRefusal(String said) {
    super("sbatch refuses the job: " + said);
  }
}

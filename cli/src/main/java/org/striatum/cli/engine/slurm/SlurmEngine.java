package org.striatum.cli.engine.slurm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.striatum.cli.engine.Engine;
import org.striatum.cli.engine.EngineSettings;
import org.striatum.cli.engine.UnitProcess;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.UnitScript;

/// Array jobs of SLURM.
public final class SlurmEngine implements Engine {
  public static final String NAME = "slurm";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public UnitRunner open(EngineSettings settings, UnitProcess process, Consumer<String> note) {
    settings.refuseSparks(NAME);
    SlurmOptions options = settings.sbatch().map(SlurmOptions::of).orElse(new SlurmOptions(List.of()));
    Slurm slurm = new Slurm(System.getenv());
    slurm.require();
    return new SlurmRunner(slurm, options, UnitScript.launcher(), settings.workers(), SlurmRunner.Pace.GENTLE, note);
  }

  @Override
  public void endLeft(Path folder, Consumer<String> note) throws IOException {
    LeftJobs.here(note).endAll(folder);
  }
}

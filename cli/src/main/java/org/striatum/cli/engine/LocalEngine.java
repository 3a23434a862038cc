package org.striatum.cli.engine;

import java.util.function.Consumer;

/// Processes of this machine.
public final class LocalEngine implements Engine {
  public static final String NAME = "local";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public UnitRunner open(EngineSettings settings, UnitProcess process, Consumer<String> note) {
    settings.refuseOthers(NAME);
    return new LocalRunner(process, settings.workers().orElse(1));
  }
}

package org.striatum.cli.engine.slurm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.striatum.cli.engine.UnitScript;
import org.striatum.cli.engine.Units;
import org.striatum.cli.engine.WorkUnit;

/// The batch script of an array job: task i runs the script of unit i.
final class SlurmScript {
  /// The exit code of a task that does not see what it needs.
  static final int UNSEEN = 66;
  /// What a task itself prints, beside its unit's script.
  private static final String SAID = "slurm.txt";

  private SlurmScript() {}

  /// The script.
  static String of(List<WorkUnit> units, Path launcher) {
    StringBuilder script = new StringBuilder("""
        #!/bin/sh
        # Units of work, a task each.
        case $SLURM_ARRAY_TASK_ID in
        """);
    for (int i = 0; i < units.size(); i++) {
      script.append("%d) unit=%s ;;\n".formatted(i + 1, UnitScript.quoted(units.get(i).folder().toAbsolutePath())));
    }
    // SLURM runs a job elsewhere where a folder is not there, and a job that is requeued begins anew.
    return script.append("""
        esac
        cd %s && [ -r "$unit"/%s ] && [ -x %s ] || exit %d
        rm -f "$unit"/%s
        exec sh "$unit"/%s >"$unit"/%s 2>&1
        """.formatted(UnitScript.quoted(here()), UnitScript.FILE, UnitScript.quoted(launcher), UNSEEN, UnitScript.END,
        UnitScript.FILE, SAID)).toString();
  }

  /// Options of `sbatch` for it.
  static List<String> options(int units, Optional<Integer> workers, String name, SlurmOptions given) {
    List<String> words = new ArrayList<>(List.of("--requeue",
        "--array=1-" + units + workers.map(limit -> "%" + limit).orElse(""), "--chdir=" + here(), "--job-name=" + name,
        "--output=/dev/null"));
    words.addAll(given.words());
    return words;
  }

  static Path here() {
    return Path.of("").toAbsolutePath();
  }
}

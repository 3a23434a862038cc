package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.striatum.cli.console.Console;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.value.ProbeStep;

/// How a command of one study ends: the file that it wrote, and the command that goes on from there.
final class NextCommand {
  private NextCommand() {}

  /// Says both.
  ///
  /// @param instance of the results; empty for a study that runs once
  static void say(Console console, RunFolder run, Study<?, ?> study, String instance) throws IOException {
    console.note("wrote %s; next: %s".formatted(run.resultsFile(RunFolder.step(study, instance)),
        after(study.name(), run.folder())));
  }

  private static String after(String study, Path run) {
    if (study.equals(RolloutStep.STUDY.name())) {
      return "striatum capture CKPT --rollouts " + run.resolve("rollouts.jsonl");
    }
    return "striatum " + (study.equals(CaptureStep.STUDY.name())
        ? "probe"
        : study.equals(ProbeStep.STUDY.name())
            ? "dopamine"
            : study.equals(DopamineStep.STUDY.name()) ? "ablate" : "report")
        + " " + run;
  }
}

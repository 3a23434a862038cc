package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Table;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.option.StoreOptions;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.DiskSpace;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.capture.CaptureResults;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Records hidden states of rollouts.
@Command(name = "capture", description = "Record hidden states over prompt and generated tokens: activations/.", footer = {
    "", "Example: striatum capture my-checkpoint --rollouts run/rollouts.jsonl",
    "Example: striatum capture my-checkpoint --list"})
final class CaptureCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder or ONNX file.")
  private Path checkpoint;

  @Option(names = "--list", description = "Print every hook point of the checkpoint with its width and what can be done there, and record nothing.")
  private boolean list;

  @Option(names = "--rollouts", paramLabel = "FILE", description = "rollouts.jsonl of a run folder; activations are written to the same folder.")
  private Path rollouts;

  @Mixin
  private StoreOptions store;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  CaptureCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (list) {
      return list();
    }
    if (rollouts == null) {
      throw new UsageException("Missing required option: '--rollouts=FILE' (or --list, to see what can be recorded)");
    }
    CaptureSettings settings = store.settings();
    if (!Files.isRegularFile(rollouts)) {
      throw new BadDataException(rollouts + " is not a file: check the path or run rollouts first");
    }
    Path folder = rollouts.toAbsolutePath().getParent();
    try (RunModel model = modelOptions.of(modelOptions.source(checkpoint), "auto");
        RunFolder opened = RunFolder.open(folder)) {
      if (!rollouts.getFileName().equals(opened.rollouts().getFileName())) {
        throw new UsageException("--rollouts must be the run's own " + opened.rollouts().getFileName() + ", found "
            + rollouts.getFileName());
      }
      StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), model, console::note,
          console.progress());
      CaptureResults results = run.run(CaptureStep.STUDY, settings);
      if (json) {
        console.json(CaptureStep.STUDY.format(), results);
      } else {
        console.say("%d rollouts, %d rows at %d hook points, %s in %s".formatted(results.rollouts(), results.rows(),
            results.hooks().size(), DiskSpace.megabytes(results.bytes()), opened.activations()));
      }
      NextCommand.say(console, opened, CaptureStep.STUDY, "");
    }
    return ExitCode.DONE;
  }

  /// A hook point as it is listed.
  ///
  /// @param width coordinates; null where it is no rows of a width
  record Listed(String hook, Integer width, String use) {}

  private int list() throws IOException {
    List<Listed> listed = new ArrayList<>();
    try (HookedModel model = modelOptions.open(modelOptions.source(checkpoint))) {
      GatedModel gated = model.model();
      gated.hookPoints().forEach(hook -> listed.add(new Listed(hook.toString(), gated.width(hook), "record, gate")));
      for (int layer = 0; model.described().isPresent() && layer < gated.layers(); layer++) {
        listed.add(new Listed(new HookPoint(layer, Site.ATTN_PATTERN).toString(), null,
            "(heads, query, key) of one text: striatum attention"));
      }
    }
    if (json) {
      console.json(listed);
    } else {
      Table table = new Table("", "", "");
      listed.forEach(one -> table.row(one.hook(), one.width() == null ? "" : one.width(), one.use()));
      console.print(table);
    }
    return ExitCode.DONE;
  }
}

package org.striatum.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.Given;
import org.striatum.cli.summary.MnistSummary;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.Mnist;
import org.striatum.peft.mnist.ModeSettings;
import org.striatum.peft.mnist.ModeSpecialization;
import org.striatum.peft.mnist.Part;
import org.striatum.probe.run.RecordJson;
import org.striatum.reports.mnist.MnistReport;
import org.striatum.studies.mnist.MnistParts;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Adapts a small network to a mode of digits by gates and by other adapters.
@Command(name = "mnist", description = "Take a network trained on digits at 0° and 45° and specialise it on 45°: TauGate compared with BitFit, LoRA and full fine-tuning.", footer = {
    "", "Example: striatum mnist --parts table,switching -o run"})
final class MnistCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--mnist", paramLabel = "DIR", description = "Folder with four files in MNIST's format, e.g. Fashion-MNIST (default: the bundled MNIST).")
  private Path images;

  @Option(names = "--preset", paramLabel = "calibrated|adam", defaultValue = "calibrated", description = "How networks and adapters are trained (default calibrated).")
  private String preset;

  @Option(names = "--seeds", paramLabel = "N", defaultValue = "10", description = "Number of networks, one per seed, at least 2 (default 10).")
  private int seeds;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "First seed (default 1).")
  private long seed;

  @Option(names = "--parts", paramLabel = "PART,…", defaultValue = "table", description = "table, tuned, hardening, foundations, absent, switching, cost, or all (default table).")
  private String parts;

  @Option(names = "--sharpness", paramLabel = "S", description = "Sharpness s of the gate (default: the preset's, 10).")
  private Double sharpness;

  @Option(names = "--lambda", paramLabel = "L", description = "Weight λ of the penalty λ · mean(g) in the loss, where `tuned` closes gates (default: the preset's, 0.1).")
  private Double lambda;

  @Option(names = {"-o",
      "--output"}, paramLabel = "RUN", defaultValue = "striatum-mnist", description = "Run folder (default striatum-mnist).")
  private Path output;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  MnistCommand(Console console) {
    this.console = console;
  }

  private ModeSettings settings() {
    ModeSettings chosen = ModeSettings.Preset.named(preset).settings().withSeeds(seeds, seed);
    return chosen.withGate(sharpness == null ? chosen.constants().sharpness() : sharpness,
        lambda == null ? chosen.constants().sparsity() : lambda);
  }

  @Override
  public Integer call() throws IOException {
    ModeSettings settings = Given.checked(this::settings);
    Collection<Part> asked = Given.checked(() -> Part.named(parts));
    ImageSet set = images == null ? Mnist.embedded() : ImageSet.read(images);
    settings.fitting(set); // too few images make no folder
    try (RunFolder opened = RunFolder.create(output)) {
      StudyRun run = new StudyRun(opened, Version.environment(0), RunModel.none(), console::note, console.progress());
      ModeSpecialization results = new MnistParts(set, settings, asked).run(run);
      MnistReport.write(results, new String(RecordJson.pretty(opened.manifest()), StandardCharsets.UTF_8),
          opened.report());
      if (json) {
        console.json(results);
      } else {
        new MnistSummary(console).print(results);
        console.say("report: " + opened.report());
      }
    }
    return ExitCode.DONE;
  }
}

package org.striatum.studies.mnist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.striatum.datasets.images.ImageSet;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.peft.mnist.AbsentMode;
import org.striatum.peft.mnist.FoundationQuality;
import org.striatum.peft.mnist.GateCost;
import org.striatum.peft.mnist.Hardening;
import org.striatum.peft.mnist.ModeSettings;
import org.striatum.peft.mnist.ModeSpecialization;
import org.striatum.peft.mnist.ModeSwitching;
import org.striatum.peft.mnist.Part;
import org.striatum.peft.mnist.SpecializationTable;
import org.striatum.peft.mnist.TunedComparison;
import org.striatum.peft.mnist.Workbench;
import org.striatum.probe.run.Progress;
import org.striatum.studies.mnist.MnistStep.Work;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;

/// The parts of the digit experiments: each is a step of its own.
///
/// @param images for training and testing
/// @param settings of all parts
/// @param asked parts to run
public record MnistParts(ImageSet images, ModeSettings settings, Collection<Part> asked) {
  private static final String ADAPTERS = "adapters";

  public MnistParts {
    asked = List.copyOf(asked);
  }

  /// Runs every requested part that is not finished. The result also contains other parts that were finished before with the
  /// same settings.
  public ModeSpecialization run(StudyRun run) throws IOException {
    try (Workbench bench = new Workbench(images, settings)) {
      // A test image is a problem with one answer.
      run.folder().settle(new Manifest.Inputs(null, null,
          new Manifest.Data(List.of(images.name()), images.files(), images.test().size(), 1, null, null), null, null,
          null));
      SpecializationTable.Result table = part(run, bench, Part.TABLE, SpecializationTable.Result.class,
          MnistParts::table);
      return new ModeSpecialization(images.name(), bench.settings(), table == null ? null : table.methods(), table,
          part(run, bench, Part.TUNED, TunedComparison.Result.class, only(TunedComparison::run)),
          part(run, bench, Part.HARDENING, Hardening.Result.class, only(Hardening::run)),
          part(run, bench, Part.FOUNDATIONS, FoundationQuality.Result.class, only(FoundationQuality::run)),
          part(run, bench, Part.ABSENT, AbsentMode.Result.class, only(AbsentMode::run)),
          part(run, bench, Part.SWITCHING, ModeSwitching.Result.class, only(ModeSwitching::run)),
          part(run, bench, Part.COST, GateCost.Result.class, only(GateCost::run)));
    }
  }

  /// A part's results; null if it is neither requested nor finished with these settings.
  private <R extends Record> R part(StudyRun run, Workbench bench, Part part, Class<R> results, Work<R> work)
      throws IOException {
    MnistStep<R> study = new MnistStep<>(part, images, bench, results, work);
    if (asked.contains(part)) {
      return run.run(study, bench.settings());
    }
    String step = RunFolder.step(study, part.printed());
    return run.folder().isFinished(step, run.key(study, bench.settings()))
        ? run.folder().results(study, part.printed())
        : null;
  }

  private static <R extends Record> Work<R> only(BiFunction<Workbench, Progress, R> work) {
    return (bench, progress) -> Found.only(work.apply(bench, progress));
  }

  private static Found<SpecializationTable.Result> table(Workbench bench, Progress progress) {
    SpecializationTable.Run done = SpecializationTable.run(bench, progress);
    return Found.only(done.result()).with(folder -> {
      Path adapters = folder.folder().resolve(ADAPTERS);
      List<Path> files = new ArrayList<>();
      for (Map.Entry<String, TrainedAdapter> adapter : done.kept().adapters().entrySet()) {
        files.addAll(adapter.getValue().save(adapters.resolve(adapter.getKey())));
      }
      Path base = adapters.resolve("base.safetensors");
      done.kept().base().save(base);
      files.add(base);
      return files;
    });
  }
}

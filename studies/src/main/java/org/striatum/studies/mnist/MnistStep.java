package org.striatum.studies.mnist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
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
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;

/// Specialises networks on a mode of digits: `results/mnist-PART.json`, one a part, each finished on its own; and under
/// `adapters/` the first seed's network and its adapters.
///
/// @param images to learn from and to be tested on
/// @param parts to run
public record MnistStep(ImageSet images, ModeSettings settings, Collection<Part> parts) {
  private static final String ADAPTERS = "adapters";

  public MnistStep {
    parts = List.copyOf(parts);
  }

  /// What decides a part's outcome.
  private record Key(ModeSettings settings, SortedMap<String, Sha256> files) {}

  /// Runs every part asked for that is not finished. Parts that were finished before with the same settings are in what
  /// is returned, asked for or not.
  public ModeSpecialization run(StudyRun run, Progress progress) throws IOException {
    try (Workbench bench = new Workbench(images, settings)) {
      // A test image is a problem with one answer.
      run.folder().settle(new Manifest.Inputs(null, null,
          new Manifest.Data(List.of(images.name()), images.files(), images.test().size(), 1, null), null, null, null));
      StepKey key = run.key(new Key(bench.settings(), images.files()));
      SpecializationTable.Result table = table(run, key, bench, progress);
      return new ModeSpecialization(images.name(), bench.settings(), table == null ? null : table.methods(), table,
          part(run, key, Part.TUNED, TunedComparison.Result.class, TunedComparison::run, bench, progress),
          part(run, key, Part.HARDENING, Hardening.Result.class, Hardening::run, bench, progress),
          part(run, key, Part.FOUNDATIONS, FoundationQuality.Result.class, FoundationQuality::run, bench, progress),
          part(run, key, Part.ABSENT, AbsentMode.Result.class, AbsentMode::run, bench, progress),
          part(run, key, Part.SWITCHING, ModeSwitching.Result.class, ModeSwitching::run, bench, progress),
          part(run, key, Part.COST, GateCost.Result.class, GateCost::run, bench, progress));
    }
  }

  private <T> T part(StudyRun run, StepKey key, Part part, Class<T> type, BiFunction<Workbench, Progress, T> work,
      Workbench bench, Progress progress) throws IOException {
    Path results = run.folder().results(name(part));
    if (!parts.contains(part)) {
      return run.folder().isFinished(name(part), key) ? RecordJson.read(results, type) : null;
    }
    run.step(name(part), key, List.of(results), () -> RecordJson.write(results, work.apply(bench, progress)));
    return RecordJson.read(results, type);
  }

  private SpecializationTable.Result table(StudyRun run, StepKey key, Workbench bench, Progress progress)
      throws IOException {
    Path results = run.folder().results(name(Part.TABLE));
    if (!parts.contains(Part.TABLE)) {
      return run.folder().isFinished(name(Part.TABLE), key)
          ? RecordJson.read(results, SpecializationTable.Result.class)
          : null;
    }
    List<Path> outputs = new ArrayList<>(List.of(results));
    run.step(name(Part.TABLE), key, outputs, () -> {
      SpecializationTable.Run done = SpecializationTable.run(bench, progress);
      Path adapters = run.folder().folder().resolve(ADAPTERS);
      for (Map.Entry<String, TrainedAdapter> adapter : done.kept().adapters().entrySet()) {
        outputs.addAll(adapter.getValue().save(adapters.resolve(adapter.getKey())));
      }
      outputs.add(adapters.resolve("base.safetensors"));
      done.kept().base().save(outputs.getLast());
      RecordJson.write(results, done.result());
    });
    return RecordJson.read(results, SpecializationTable.Result.class);
  }

  private static String name(Part part) {
    return "mnist-" + part.printed();
  }
}

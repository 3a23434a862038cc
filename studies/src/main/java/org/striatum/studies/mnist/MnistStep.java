package org.striatum.studies.mnist;

import java.io.IOException;
import java.util.List;
import org.striatum.datasets.images.ImageSet;
import org.striatum.peft.mnist.AbsentMode;
import org.striatum.peft.mnist.FoundationQuality;
import org.striatum.peft.mnist.GateCost;
import org.striatum.peft.mnist.Hardening;
import org.striatum.peft.mnist.ModeSettings;
import org.striatum.peft.mnist.ModeSwitching;
import org.striatum.peft.mnist.Part;
import org.striatum.peft.mnist.SpecializationTable;
import org.striatum.peft.mnist.TunedComparison;
import org.striatum.peft.mnist.Workbench;
import org.striatum.probe.run.Printed;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Specialises networks on a mode of digits, part by part: a run holds one result per part, and under `adapters/` the first
/// seed's network and its adapters.
///
/// @param part which; this and what follows are null for the study as others read it
/// @param images for training and testing
/// @param bench that all parts share
/// @param results their type
/// @param work computes them
public record MnistStep<R extends Record>(Part part, ImageSet images, Workbench bench, Class<R> results,
    Work<R> work) implements Study<ModeSettings, R> {
  /// The study, for readers of its results.
  public static final MnistStep<Record> STUDY = new MnistStep<>(null, null, null, Record.class, null);
  private static final String NAME = "mnist";
  private static final String SUMMARY = "Take a network trained on digits at 0° and 45° and specialise it on 45°: TauGate compared with"
      + " BitFit, LoRA and full fine-tuning.";

  /// One part's experiments.
  @FunctionalInterface
  public interface Work<R extends Record> {
    Found<R> find(Workbench bench, Progress progress) throws IOException;
  }

  @Override
  public StudyDescription<ModeSettings, R> about() {
    return StudyDescription.of(NAME, SUMMARY,
        bench == null ? ModeSettings.Preset.CALIBRATED.settings() : bench.settings(), results);
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public boolean hasInstances() {
    return true;
  }

  @Override
  public Class<? extends R> results(String instance) {
    Part named = Printed.find(Part.class, instance)
        .orElseThrow(() -> new UsageException("these experiments have no part '" + instance + "'"));
    return results(named).asSubclass(results);
  }

  private static Class<? extends Record> results(Part part) {
    return switch (part) {
      case TABLE -> SpecializationTable.Result.class;
      case TUNED -> TunedComparison.Result.class;
      case HARDENING -> Hardening.Result.class;
      case FOUNDATIONS -> FoundationQuality.Result.class;
      case ABSENT -> AbsentMode.Result.class;
      case SWITCHING -> ModeSwitching.Result.class;
      case COST -> GateCost.Result.class;
    };
  }

  @Override
  public String instance(ModeSettings settings) {
    return part.printed();
  }

  /// Recomputing it means training again.
  @Override
  public boolean isVerifiable() {
    return false;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, ModeSettings settings) {
    return List.of();
  }

  @Override
  public Object inputs(StudyRun run, ModeSettings settings) {
    return images.files();
  }

  @Override
  public Found<R> find(StudyRun run, ModeSettings settings) throws IOException {
    return work.find(bench, run.progress());
  }
}

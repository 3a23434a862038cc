package org.striatum.studies;

import java.util.function.Consumer;
import org.striatum.probe.run.Progress;
import org.striatum.studies.run.ModelSettings;

/// How a run is executed: nothing here changes a result.
///
/// @param model how the checkpoint is opened
/// @param registry of studies
/// @param note receives messages about kept steps and about long work
/// @param progress of long work
public record RunOptions(ModelSettings model, StudyRegistry registry, Consumer<String> note, Progress progress) {
  /// Every study of this program, without messages.
  public static RunOptions defaults() {
    return new RunOptions(ModelSettings.defaults(), StudyRegistry.standard(), _ -> {}, Progress.NONE);
  }

  public RunOptions withModel(ModelSettings settings) {
    return new RunOptions(settings, registry, note, progress);
  }

  public RunOptions withRegistry(StudyRegistry studies) {
    return new RunOptions(model, studies, note, progress);
  }

  public RunOptions withNote(Consumer<String> told) {
    return new RunOptions(model, registry, told, progress);
  }

  public RunOptions withProgress(Progress shown) {
    return new RunOptions(model, registry, note, shown);
  }
}

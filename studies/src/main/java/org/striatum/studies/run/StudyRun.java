package org.striatum.studies.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.DiskFullException;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.value.ProbeStep;

/// A run folder being written: settles what the run is about and runs each step once.
///
/// @param folder what is written
/// @param environment what figures are made in
/// @param note told when a finished step is kept
public record StudyRun(RunFolder folder, Environment environment, Consumer<String> note) {
  private static final String CHECKPOINT_PATH = "checkpoint.path";

  /// The command that does a step others stand on.
  private static final Map<String, String> COMMANDS = Map.of(RolloutStep.NAME, "rollouts", CaptureStep.NAME, "capture",
      ProbeStep.NAME, "probe", DopamineStep.NAME, "dopamine");

  /// Work that writes a step's outputs.
  @FunctionalInterface
  public interface Work {
    void run() throws IOException;
  }

  /// The key of a step that stands on the named ones.
  ///
  /// @throws IllegalArgumentException if one of them is not finished, naming the command that does it
  public StepKey key(Object settings, String... after) {
    for (String name : after) {
      requireFinished(folder, name);
    }
    return folder.key(settings, after);
  }

  /// Whether the run's rollouts are made, by whatever settings.
  public boolean hasRollouts() {
    return folder.manifest().step(RolloutStep.NAME).isPresent();
  }

  /// Whether hidden states of the run's rollouts are stored.
  public boolean hasStates() {
    return hasStates(folder);
  }

  /// Whether hidden states of a run's rollouts are stored.
  public static boolean hasStates(RunFolder folder) {
    return folder.manifest().step(CaptureStep.NAME).isPresent();
  }

  public static void requireFinished(RunFolder folder, String step) {
    if (folder.manifest().step(step).isEmpty()) {
      throw new IllegalArgumentException("%s has no finished step '%s': run `striatum %s` first"
          .formatted(folder.folder(), step, COMMANDS.get(step)));
    }
  }

  public void step(String name, StepKey key, List<Path> outputs, Work work) throws IOException {
    if (folder.isFinished(name, key)) {
      note.accept(name + ": finished before, kept");
      return;
    }
    try {
      work.run();
      folder.finish(name, key, outputs, environment);
    } catch (IOException failed) {
      throw DiskFullException.explained(folder.folder(), "step '" + name + "'", failed);
    }
  }

  public Manifest.Inputs inputs(HookedModel model, Manifest.Data data, Sampling sampling, long seed)
      throws IOException {
    Manifest.Inputs of = modelInputs(model);
    return new Manifest.Inputs(of.checkpoint(), of.tokenizer(), data, sampling, null, seed);
  }

  public Manifest.Inputs inputs(List<HookPoint> hooks) {
    return new Manifest.Inputs(null, null, null, null, hooks, null);
  }

  /// The run's rollouts, as the manifest names them.
  ///
  /// @throws BadDataException if there are none, a line is malformed, or the file was changed since it was written
  public List<Rollout> rollouts() throws IOException {
    return rollouts(folder);
  }

  public static List<Rollout> rollouts(RunFolder folder) throws IOException {
    List<Rollout> rollouts = RolloutFile.read(folder.rollouts());
    Sha256 found = Sha256.of(folder.rollouts());
    if (folder.manifest().step(RolloutStep.NAME).filter(step -> !step.outputs().containsValue(found)).isPresent()) {
      throw new BadDataException(folder.rollouts()
          + " was changed since it was written: restore it, or make rollouts anew in another folder");
    }
    return rollouts;
  }

  /// Dataset → its grader, from what the run folder says of problems that were read from files.
  public Function<String, Grader> graders() throws IOException {
    return ProblemSources.of(folder.folder())::grader;
  }

  /// Refuses a model that is not the one this run is about.
  ///
  /// @throws IllegalArgumentException saying what differs
  public void requireModel(HookedModel model) throws IOException {
    folder.settle(modelInputs(model));
  }

  /// Notes where the checkpoint lies, outside the manifest: a convenience for later commands, no part of the result.
  public void remember(Path checkpoint) throws IOException {
    AtomicFile.write(folder.folder().resolve(CHECKPOINT_PATH),
        (checkpoint.toAbsolutePath().normalize() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// Where the checkpoint lay when the rollouts were made.
  ///
  /// @throws IllegalArgumentException if nobody noted it
  public static Path remembered(Path folder) throws IOException {
    Path note = folder.resolve(CHECKPOINT_PATH);
    if (!Files.isRegularFile(note)) {
      throw new IllegalArgumentException(folder + " does not say where its checkpoint lies: give --checkpoint");
    }
    return Path.of(Files.readString(note).strip());
  }

  /// The model and its tokens, by checksum.
  public Manifest.Inputs modelInputs(HookedModel model) throws IOException {
    SortedMap<String, Sha256> files = model.checksums();
    Integer bos = first(model.facts().bos());
    boolean prependsBos = bos != null
        && bos.equals(first(Arrays.stream(model.tokenizer().encode("")).boxed().toList()));
    return new Manifest.Inputs(
        new Manifest.Checkpoint(model.facts().name(), model.facts().family(), files),
        new Manifest.Tokenizer(files.get("tokenizer.json"), bos, first(model.endOfSequence()),
            first(model.facts().pad()), prependsBos),
        null, null, null, null);
  }

  private static Integer first(List<Integer> ids) {
    return ids.isEmpty() ? null : ids.getFirst();
  }
}

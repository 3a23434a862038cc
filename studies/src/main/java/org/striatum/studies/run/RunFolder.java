package org.striatum.studies.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FolderLock;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.Manifest.Inputs;
import org.striatum.studies.run.Manifest.Step;

/// The folder of one run: what every command reads from and writes to.
///
///     run/
///       manifest.json      what was run, and which steps are finished
///       rollouts.jsonl     one graded completion a line
///       activations/       shards of hidden states and their index
///       results/           two JSON files per study: what it was told, what it found
///       report.html
///
/// A step is finished once its outputs stand and the manifest names them with their checksums; a killed run leaves at
/// worst an unnamed output, which the next run replaces. One process writes at a time, held by a lock that ends with
/// the process. Not thread-safe.
public final class RunFolder implements AutoCloseable {
  private static final String MANIFEST = "manifest.json";
  private static final String ROLLOUTS = "rollouts.jsonl";
  private static final String ACTIVATIONS = "activations";
  private static final String RESULTS = "results";
  private static final String REPORT = "report.html";
  /// What the name of a settings file ends with.
  public static final String SETTINGS = ".settings.json";
  private static final int LONGEST = 80;
  private static final int CHECKSUM = 8;
  private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+@%-]{0," + (LONGEST - 1) + "}");
  private static final Pattern NOT_ALLOWED = Pattern.compile("[^A-Za-z0-9._+@%-]");

  private final Path folder;
  /// Null for a reader.
  private final FolderLock lock;
  private Manifest manifest;
  private boolean closed;

  private RunFolder(Path folder, FolderLock lock, Manifest manifest) {
    // `.` and an empty name normalise to nothing, below which no file is seen to lie.
    this.folder = folder.normalize().toString().isEmpty() ? folder.toAbsolutePath().normalize() : folder;
    this.lock = lock;
    this.manifest = manifest;
  }

  /// A new run folder, or the one already there, for writing.
  ///
  /// @throws UsageException if it cannot be written, another process writes to it, or it holds files that no
  ///     manifest speaks for
  /// @throws BadDataException if its manifest is damaged
  public static RunFolder create(Path folder) throws IOException {
    return write(folder, FolderLock.create(folder));
  }

  /// An existing run folder, for writing.
  ///
  /// @throws UsageException if it is none, cannot be written, or another process writes to it
  /// @throws BadDataException if its manifest is damaged
  public static RunFolder open(Path folder) throws IOException {
    requireRun(folder);
    return write(folder, FolderLock.of(folder));
  }

  /// An existing run folder, for reading: needs no lock, finishes no step.
  ///
  /// @throws UsageException if it is none
  /// @throws BadDataException if its manifest is damaged
  public static RunFolder read(Path folder) throws IOException {
    requireRun(folder);
    return new RunFolder(folder, null, manifest(folder));
  }

  public Path folder() {
    return folder;
  }

  public Path rollouts() {
    return folder.resolve(ROLLOUTS);
  }

  public Path activations() {
    return folder.resolve(ACTIVATIONS);
  }

  /// The name of a study's step in the manifest: `probe`, or `ablate/NAME` for one of several instances.
  ///
  /// @param instance empty for a study that runs once, and for no other
  /// @throws UsageException if the instance's name cannot be a file's
  public static String step(Study<?, ?> study, String instance) {
    if (!study.hasInstances()) {
      if (!instance.isEmpty()) {
        throw new IllegalArgumentException("'" + study.name() + "' runs once in a run and needs no name, found '"
            + instance + "'");
      }
      return study.name();
    }
    if (!INSTANCE.matcher(instance).matches()) {
      throw new UsageException("a name must be of letters, digits and any of . _ + @ % -, 1 to 80, and begin with"
          + " a letter or digit, found '" + instance + "'");
    }
    return study.name() + "/" + instance;
  }

  /// A name that an instance can have, made of one that it may not: what is not allowed becomes `_`, and a piece of the name's
  /// checksum keeps names apart that would be equal then.
  public static String instanceOf(String name) {
    if (INSTANCE.matcher(name).matches()) {
      return name;
    }
    String allowed = NOT_ALLOWED.matcher(name).replaceAll("_");
    String begun = allowed.isEmpty() || !isLetterOrDigit(allowed.charAt(0)) ? "x" + allowed : allowed;
    return begun.substring(0, Math.min(begun.length(), LONGEST - CHECKSUM - 1)) + "-"
        + Sha256.of(name.getBytes(StandardCharsets.UTF_8)).hex().substring(0, CHECKSUM);
  }

  private static boolean isLetterOrDigit(char character) {
    return character < 128 && Character.isLetterOrDigit(character);
  }

  /// The file of a step's results. Its folder exists when this folder is written.
  public Path resultsFile(String step) throws IOException {
    return inResults(step + ".json");
  }

  /// The file of what a step was told, likewise.
  public Path settingsFile(String step) throws IOException {
    return inResults(step + SETTINGS);
  }

  private Path inResults(String name) throws IOException {
    Path file = inside(RESULTS + "/" + name);
    if (lock != null && !closed) {
      if (!Files.exists(folder.resolve(MANIFEST))) {
        // Before there is a result: killed behind it, the folder would be nobody's.
        RecordJson.write(folder.resolve(MANIFEST), Manifest.FORMAT, manifest);
      }
      Files.createDirectories(file.getParent());
    }
    return file;
  }

  /// Whether the run has finished a study, once at least.
  public boolean has(Study<?, ?> study) {
    return !finished(study).isEmpty();
  }

  /// The steps of a study that the run has finished, in the manifest's order.
  public List<String> finished(Study<?, ?> study) {
    return manifest.steps().stream().map(Step::name)
        .filter(step -> step.equals(study.name()) || step.startsWith(study.name() + "/")).toList();
  }

  /// The same, at least one.
  ///
  /// @throws UnfinishedStudyException if there is none
  public List<String> requireFinished(Study<?, ?> study) {
    List<String> steps = finished(study);
    if (steps.isEmpty()) {
      throw new UnfinishedStudyException(folder, study.name());
    }
    return steps;
  }

  /// The results of a study that runs once.
  ///
  /// @throws UnfinishedStudyException if the run has not finished it
  /// @throws BadDataException if the file was changed since it was written
  public <R extends Record> R results(Study<?, R> study) throws IOException {
    return results(study, "");
  }

  /// The results of one instance of a study.
  public <R extends Record> R results(Study<?, R> study, String instance) throws IOException {
    return results(study, requireStep(study, instance));
  }

  private <R extends Record> R results(Study<?, R> study, Step step) throws IOException {
    Path file = resultsFile(step.name());
    requireUnchanged(step, file);
    return RecordJson.read(file, study.format(), study.results(instance(step.name())));
  }

  /// The results of a study that runs once, where the run has finished it.
  public <R extends Record> Optional<R> find(Study<?, R> study) throws IOException {
    return has(study) ? Optional.of(results(study)) : Optional.empty();
  }

  /// Instance → results of everything of a study that the run has finished, in the manifest's order.
  public <R extends Record> SequencedMap<String, R> all(Study<?, R> study) throws IOException {
    SequencedMap<String, R> all = new LinkedHashMap<>();
    for (String step : finished(study)) {
      String instance = instance(step);
      all.put(instance, results(study, instance));
    }
    return all;
  }

  /// The instance that a step's name ends with; empty for a study that runs once.
  public static String instance(String step) {
    return step.substring(Math.min(step.length(), (step + "/").indexOf('/') + 1));
  }

  /// What a finished study was told.
  ///
  /// @throws BadDataException if the file was changed since it was written
  public <S extends Record> S settings(Study<S, ?> study) throws IOException {
    return settings(study, "");
  }

  /// The same of one instance.
  public <S extends Record> S settings(Study<S, ?> study, String instance) throws IOException {
    Step step = requireStep(study, instance);
    Path file = settingsFile(step.name());
    requireUnchanged(step, file);
    return RecordJson.read(file, study.settingsFormat(), study.about().settings());
  }

  /// Refuses a file that is not what a study that runs once wrote.
  ///
  /// @throws BadDataException saying so
  public void requireUnchanged(Study<?, ?> study, Path file) throws IOException {
    requireUnchanged(requireStep(study, ""), file);
  }

  private Step requireStep(Study<?, ?> study, String instance) {
    return manifest.step(step(study, instance))
        .orElseThrow(() -> new UnfinishedStudyException(folder, step(study, instance)));
  }

  /// Whether every output of a step is what it wrote.
  public boolean isUnchanged(Step step) throws IOException {
    return isFinished(step.name(), new StepKey(step.key(), step.after()));
  }

  /// Refuses an output that is not what its step wrote.
  ///
  /// @throws BadDataException saying so
  public void requireUnchanged(Step step, Path file) throws IOException {
    Sha256 written = step.outputs().get(folder.relativize(file).toString().replace('\\', '/'));
    if (written == null || !Files.isRegularFile(file) || !Sha256.of(file).equals(written)) {
      throw new BadDataException(file + " is not what '" + step.name()
          + "' wrote, so the results cannot be explained: restore the file, or run the study again");
    }
  }

  public Path report() {
    return folder.resolve(REPORT);
  }

  public Manifest manifest() {
    return manifest;
  }

  /// Holds the run to these inputs: what the manifest has not settled is settled now and written, before any work.
  ///
  /// @throws UsageException if the manifest has settled otherwise, saying what differs
  public void settle(Inputs inputs) throws IOException {
    Manifest settled = manifest.with(manifest.inputs().settledBy(inputs, folder.toString()));
    if (lock != null || !settled.equals(manifest)) { // a reader holds to what is settled
      keep(settled);
    }
  }

  /// Ties the run to a plan, before its first result.
  ///
  /// @throws IllegalStateException after it, or where the run has a plan
  public void register(Manifest.Plan plan) throws IOException {
    if (!manifest.steps().isEmpty() || manifest.plan() != null) {
      throw new IllegalStateException(folder + ": a plan is registered once, before the first result");
    }
    keep(manifest.with(plan));
  }

  /// Replaces the inputs of the run, where a command changes them on purpose: its graders.
  public void resettle(Inputs inputs) throws IOException {
    keep(manifest.with(inputs));
  }

  /// The key of a step: the checksum of its settings and of everything the named steps before it put out. A change in
  /// either makes the step unfinished.
  ///
  /// @param settings a record or map that JSON can hold
  /// @throws IllegalStateException if a step before it is not finished
  public StepKey key(Object settings, String... after) {
    SortedMap<String, SortedMap<String, Sha256>> outputs = new TreeMap<>();
    for (String name : after) {
      outputs.put(name, manifest.step(name).map(Step::outputs).orElseThrow(() -> new IllegalStateException(
          folder + ": step '" + name + "' must be finished first")));
    }
    return new StepKey(Sha256.of(RecordJson.keyed(Map.of("settings", settings, "after", outputs))),
        List.copyOf(outputs.keySet()));
  }

  /// Whether the step was finished with this key and its outputs are still what it wrote.
  public boolean isFinished(String name, StepKey key) throws IOException {
    Optional<Step> step = manifest.step(name).filter(done -> done.key().equals(key.sha256()));
    if (step.isEmpty()) {
      return false;
    }
    for (Map.Entry<String, Sha256> output : step.get().outputs().entrySet()) {
      Path file = inside(output.getKey());
      if (!Files.isRegularFile(file) || !Sha256.of(file).equals(output.getValue())) {
        return false;
      }
    }
    return true;
  }

  /// An output that is not what its step wrote.
  ///
  /// @param file path in the run folder
  /// @param found null where there is no such file
  public record Difference(String step, String file, Sha256 expected, Sha256 found) {}

  /// Every output that differs from its checksum in the manifest. Reads all of them.
  public List<Difference> differences() throws IOException {
    List<Difference> differences = new ArrayList<>();
    for (Step step : manifest.steps()) {
      for (Map.Entry<String, Sha256> output : step.outputs().entrySet()) {
        Path file = inside(output.getKey());
        Sha256 found = Files.isRegularFile(file) ? Sha256.of(file) : null;
        if (!output.getValue().equals(found)) {
          differences.add(new Difference(step.name(), output.getKey(), output.getValue(), found));
        }
      }
    }
    return differences;
  }

  /// Names a step finished. If it was finished before with other outputs, the steps that stood on those are forgotten.
  ///
  /// @param outputs files in this folder
  /// @return the forgotten steps
  public List<String> finish(String name, StepKey key, Collection<Path> outputs, Environment environment)
      throws IOException {
    return finish(name, key, outputs, environment, false);
  }

  /// The same of a step that may be made again in a moment, if so: then nobody asks before it goes.
  List<String> finish(String name, StepKey key, Collection<Path> outputs, Environment environment, boolean replaceable)
      throws IOException {
    SortedMap<String, Sha256> checksums = new TreeMap<>();
    for (Path output : outputs) {
      String relative = folder.toAbsolutePath().normalize().relativize(output.toAbsolutePath().normalize()).toString()
          .replace('\\', '/');
      checksums.put(relative, Sha256.of(inside(relative)));
    }
    List<String> standing = manifest.standingOn(name);
    keep(manifest.with(name, key, checksums, environment, replaceable));
    return standing.stream().filter(step -> manifest.step(step).isEmpty()).toList();
  }

  /// Removes a finished step, every step that depends on it, and their files, so that they can be made with other settings.
  ///
  /// @return the removed steps, in order
  /// @throws UsageException if there is no such step, or it made the run's completions: then another folder is needed
  public List<String> forget(String name) throws IOException {
    requireFinished(name);
    if (name.equals(StudyRun.ROLLOUTS)) {
      throw new UsageException("everything in " + folder + " depends on its " + name + ": use another folder");
    }
    List<String> names = new ArrayList<>(List.of(name));
    names.addAll(manifest.standingOn(name));
    List<Step> removed = manifest.steps().stream().filter(step -> names.contains(step.name())).toList();
    keep(manifest.without(names)); // before their files go: killed in between, the run names nothing that is not there
    for (Step step : removed) {
      for (String output : step.outputs().keySet()) {
        Files.deleteIfExists(inside(output));
      }
    }
    return names;
  }

  /// A finished study by the name of its step.
  ///
  /// @throws UsageException if there is none, with the names that there are
  public Step requireFinished(String name) {
    List<String> finished = manifest.steps().stream().map(Step::name).toList();
    return manifest.step(name).orElseThrow(() -> new UsageException(folder + " has no finished '" + name + "': it has "
        + (finished.isEmpty() ? "none" : String.join(", ", finished)) + NearestNames.meant(name, finished)));
  }

  /// Lets the next writer in.
  @Override
  public void close() throws IOException {
    closed = true;
    if (lock != null) {
      lock.close();
    }
  }

  /// Refuses to be written by a reader, or after it was closed: another process may write to it by then.
  ///
  /// @throws IllegalStateException saying which
  public void requireWritable() {
    if (lock == null) {
      throw new IllegalStateException(folder + " was opened for reading");
    }
    if (closed) {
      throw new IllegalStateException(folder + " was closed: open it again");
    }
  }

  private void keep(Manifest next) throws IOException {
    requireWritable();
    RecordJson.write(folder.resolve(MANIFEST), Manifest.FORMAT, next);
    manifest = next;
  }

  /// A manifest comes from strangers: no path in it may lead out of the folder.
  private Path inside(String relative) throws BadDataException {
    Path file = folder.resolve(relative).normalize();
    if (!file.startsWith(folder.normalize())) {
      throw new BadDataException(
          folder.resolve(MANIFEST) + ": an output must be in the run folder, found " + relative);
    }
    return file;
  }

  /// Whether a folder holds a run.
  public static boolean isRun(Path folder) {
    return Files.isRegularFile(folder.resolve(MANIFEST));
  }

  private static void requireRun(Path folder) {
    if (!isRun(folder)) {
      throw new UsageException(folder + " is not a run folder (no " + MANIFEST + " in it)");
    }
  }

  private static RunFolder write(Path folder, FolderLock lock) throws IOException {
    try {
      return new RunFolder(folder, lock, startingManifest(folder));
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /// No command writes a manifest again: it holds what the others go by.
  private static Manifest manifest(Path folder) throws IOException {
    return RecordJson.read(folder.resolve(MANIFEST), Manifest.FORMAT, Manifest.class,
        "restore it from a copy, or make the run again in another folder");
  }

  private static Manifest startingManifest(Path folder) throws IOException {
    Path file = folder.resolve(MANIFEST);
    if (Files.exists(file)) {
      return manifest(folder);
    }
    for (String name : List.of(ROLLOUTS, ACTIVATIONS, RESULTS, REPORT)) {
      if (Files.exists(folder.resolve(name))) {
        throw new UsageException(
            folder + " holds " + name + " but no " + MANIFEST + ", so it is not a run folder: choose another folder");
      }
    }
    return Manifest.EMPTY;
  }
}

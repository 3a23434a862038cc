package org.striatum.cli.scan;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.LoraAdapter;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.run.FlatRecord;
import org.striatum.studies.run.RunFolder;

/// What a scan will do: independent units, written to `plan.json` before the first begins.
///
/// @param settings of everything that is one for all runs of a folder
/// @param units in the order named
/// @param repeated checkpoints that are another one file by file, and which: not studied again
public record ScanPlan(Settings settings, List<ScanUnit> units, List<Repeated> repeated) {
  private static final String FILE = "plan.json";
  private static final FileFormat FORMAT = new FileFormat("scan plan", 2);
  /// Names that a scan folder has uses for.
  private static final Set<String> TAKEN = Set.of(FILE, "scan.json", "series.json", "report.html", "results.duckdb",
      "parquet", "manifest.json", ".lock");
  private static final Set<String> DECIDING = Set.of("config.json", "generation_config.json",
      "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
      "merges.txt",
      "tokenizer.model", "chat_template.jinja", "chat_template.json");

  public ScanPlan {
    units = List.copyOf(units);
    repeated = List.copyOf(repeated);
  }

  /// What cannot change after a study has begun.
  ///
  /// @param sets that are asked
  /// @param rollouts how they are asked and answers drawn
  /// @param hooks pattern of the hook points whose states are kept
  /// @param stored how they are kept; null for every token in single precision
  public record Settings(List<Asked> sets, RolloutSettings rollouts, String hooks,
      @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) CaptureSettings stored) {
    public Settings {
      stored = CaptureSettings.defaults().withHooks(hooks).equals(stored) ? null : stored;
      sets = List.copyOf(sets);
    }
  }

  /// A problem set.
  ///
  /// @param sha256 of the file that it is in; null for a generated one
  public record Asked(String name, Sha256 sha256) {}

  /// A checkpoint whose files are those of a unit.
  ///
  /// @param unit its name
  public record Repeated(String checkpoint, String unit) {}

  /// Plans one study a checkpoint. Reads every file once, for its checksum.
  ///
  /// @param checkpoints as they are named → where each lies, with the adapter over it
  /// @param options of `striatum study`
  /// @param settings that they come to
  public static ScanPlan of(SequencedMap<Path, ModelSource> checkpoints, List<String> options,
      Settings settings, Path folder) throws IOException {
    Set<String> names = new HashSet<>(TAKEN);
    SequencedMap<SortedMap<String, Sha256>, ScanUnit> units = new LinkedHashMap<>();
    List<Repeated> repeated = new ArrayList<>();
    Map<Object, Sha256> known = new HashMap<>();
    for (Path checkpoint : checkpoints.sequencedKeySet()) {
      SortedMap<String, Path> files = files(checkpoints.get(checkpoint));
      SortedMap<String, Sha256> inputs = checksums(files, known);
      long bytes = 0;
      for (Map.Entry<String, Path> file : files.entrySet()) {
        bytes += DECIDING.contains(file.getKey()) ? 0 : Files.size(file.getValue());
      }
      ScanUnit same = units.get(inputs);
      if (same != null) {
        repeated.add(new Repeated(checkpoint.toString(), same.name()));
        continue;
      }
      String name = distinct(checkpoint.getFileName().toString(), names);
      String output = folder.toAbsolutePath().normalize().resolve(name).toString();
      List<String> command = new ArrayList<>(List.of("study", checkpoint.toString()));
      command.addAll(options);
      command.addAll(List.of("--output", output));
      units.put(inputs, new ScanUnit(name, checkpoint.toString(), inputs, bytes, command, output));
    }
    return new ScanPlan(settings, List.copyOf(units.values()), repeated);
  }

  /// Refuses a folder that holds other studies than these: what has finished there must not be replaced.
  ///
  /// @throws UsageException saying what differs
  void requireSame(Path folder, ScanResults done) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      if (RunFolder.isRun(folder)) {
        throw new UsageException(folder + " contains a run, not a scan: choose another --output");
      }
      return;
    }
    ScanPlan there = RecordJson.read(file, FORMAT, ScanPlan.class);
    List<String> differences = new ArrayList<>();
    SequencedMap<String, String> was = flat(there.settings);
    SequencedMap<String, String> is = flat(settings);
    Set<String> places = new LinkedHashSet<>(is.keySet());
    places.addAll(was.keySet());
    for (String place : places) {
      String before = was.getOrDefault(place, "absent");
      String now = is.getOrDefault(place, "absent");
      if (!before.equals(now)) {
        differences.add("%s is %s there and %s here".formatted(place, before, now));
      }
    }
    for (ScanUnit unit : units) {
      boolean finished = done.finished().stream().anyMatch(one -> one.name().equals(unit.name()));
      there.units.stream().filter(one -> finished && one.name().equals(unit.name())
          && !one.inputs().equals(unit.inputs())).forEach(
              one -> differences.add("%s is %s there and %s here, with other files".formatted(unit.name(),
                  one.checkpoint(), unit.checkpoint())));
    }
    if (!differences.isEmpty()) {
      throw new UsageException(
          folder + " contains a scan with other inputs: " + String.join("; ", differences)
              + "; choose another --output");
    }
  }

  private static SequencedMap<String, String> flat(Settings settings) {
    SequencedMap<String, String> values = new LinkedHashMap<>();
    FlatRecord.of(settings).entries().forEach(entry -> values.put(entry.place(), entry.value()));
    return values;
  }

  /// Writes `plan.json`.
  void write(Path folder) throws IOException {
    RecordJson.write(folder.resolve(FILE), FORMAT, this);
  }

  /// File → checksum of what decides a checkpoint's figures. Reads every file.
  public static SortedMap<String, Sha256> checksums(ModelSource checkpoint) throws IOException {
    return checksums(files(checkpoint), new HashMap<>());
  }

  private static SortedMap<String, Sha256> checksums(SortedMap<String, Path> files, Map<Object, Sha256> known)
      throws IOException {
    SortedMap<String, Sha256> checksums = new TreeMap<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      checksums.put(file.getKey(), checksum(file.getValue(), known));
    }
    return checksums;
  }

  /// The same file under two names (a link) is read once.
  private static Sha256 checksum(Path file, Map<Object, Sha256> known) throws IOException {
    Path real = file.toRealPath();
    Sha256 found = known.get(real);
    if (found == null) {
      found = Sha256.of(real);
      known.put(real, found);
    }
    return found;
  }

  private static String distinct(String name, Set<String> names) {
    String distinct = name;
    for (int n = 2; !names.add(distinct); n++) {
      distinct = name + "-" + n;
    }
    return distinct;
  }

  /// What decides a model's figures: configuration, tokenizer, weights, the adapter.
  private static SortedMap<String, Path> files(ModelSource model) throws IOException {
    SortedMap<String, Path> files = files(model.base());
    if (model.adapter().isPresent()) {
      files(model.adapter().get()).forEach((name, file) -> {
        if (LoraAdapter.isOne(file)) {
          files.put(name, file);
        }
      });
    }
    return files;
  }

  private static SortedMap<String, Path> files(Path checkpoint) throws IOException {
    boolean onnx = Files.isRegularFile(checkpoint);
    Path folder = onnx ? checkpoint.getParent() : checkpoint;
    int depth = Files.isDirectory(folder.resolve("snapshots")) ? 3 : 1; // the hub's cache
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        boolean weights = onnx
            ? name.startsWith(checkpoint.getFileName().toString())
            : Checkpoint.isWeights(file);
        if (weights || DECIDING.contains(name) || LoraAdapter.isOne(file)) {
          // An ONNX file's own name says nothing about what it computes; that of its data does.
          files.put(onnx && file.equals(checkpoint) ? "model.onnx" : name, file);
        }
      }
    }
    return files;
  }
}

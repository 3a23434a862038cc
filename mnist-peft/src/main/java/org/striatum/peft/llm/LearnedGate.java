package org.striatum.peft.llm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// Gates that were learned for one checkpoint, as files: `NAME.safetensors` with each hook point's `gain`, `threshold`,
/// `sharpness` and `shift` (d), F32, and `NAME.json` next to it, with the model they belong to.
///
/// @param gates soft or hard, all alike and at the same positions
/// @param card with the model they belong to
public record LearnedGate(Gates gates, Card card) {
  private static final FileFormat FORMAT = new FileFormat("learned gates", 1);
  private static final String THRESHOLD = "threshold";
  private static final List<String> VECTORS = List.of("gain", THRESHOLD, "sharpness", "shift");
  private static final String TENSORS = ".safetensors";

  /// What a gate file belongs to.
  ///
  /// @param model it was learned over
  /// @param mode problem set it was learned on
  /// @param arm which neurons
  /// @param placement where and how gates act
  /// @param seed of everything
  /// @param settings of the training, for the record
  /// @param tensors checksum of the tensor file
  public record Card(Origin model, String mode, AdaptationArm arm, Placement placement, long seed,
      SortedMap<String, String> settings, Sha256 tensors) {
    public Card {
      settings = new TreeMap<>(settings);
      if (model == null || arm == null || placement == null || tensors == null) {
        throw new IllegalArgumentException("a gate's card must say its model, arm, placement and tensors");
      }
    }
  }

  /// A model.
  ///
  /// @param name for people
  /// @param checkpoint of all files that determine its figures, see [#checkpoint]
  public record Origin(String name, Sha256 checkpoint) {}

  /// Where and how gates act.
  ///
  /// @param hooks where gates stand
  /// @param hard whether g is a step
  /// @param positions where the gates act
  public record Placement(List<HookPoint> hooks, boolean hard, PositionMask positions) {
    public Placement {
      hooks = List.copyOf(hooks);
      if (hooks.isEmpty() || positions == null) {
        throw new IllegalArgumentException("a gate acts at one hook point at least, and at positions");
      }
    }
  }

  public LearnedGate {
    if (gates.at().isEmpty()) {
      throw new IllegalArgumentException("a learned gate needs at least one hook point, found none");
    }
  }

  /// The checksum of a checkpoint: of the checksums of all its files that determine its figures.
  public static Sha256 checkpoint(HookedModel model) throws IOException {
    return Sha256.of(RecordJson.compact(model.checksums()));
  }

  /// Writes both files, the tensors first: a card without its tensors is never left.
  ///
  /// @param file ending in `.safetensors`
  public static void save(Path file, Gates gates, HookedModel model, String mode, AdaptationArm arm, long seed,
      SortedMap<String, String> settings) throws IOException {
    List<Declared> declared = new ArrayList<>();
    gates.at().forEach((hook, gate) -> VECTORS.forEach(
        vector -> declared.add(new Declared(hook + "." + vector, DType.F32, List.of((long) gate.width())))));
    Path card = card(file);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.deleteIfExists(card);
    try (SafetensorsWriter writer = new SafetensorsWriter(file, declared, FORMAT.metadata())) {
      for (Map.Entry<HookPoint, Gate> entry : gates.at().entrySet()) {
        Gate gate = entry.getValue();
        append(writer, entry.getKey() + ".gain", gate.gain());
        append(writer, entry.getKey() + ".threshold", gate.threshold());
        append(writer, entry.getKey() + ".sharpness", gate.sharpness());
        append(writer, entry.getKey() + ".shift", gate.shift());
      }
    }
    Gate any = gates.at().firstEntry().getValue();
    RecordJson.write(card, FORMAT, new Card(new Origin(model.facts().name(), checkpoint(model)), mode, arm,
        new Placement(List.copyOf(gates.at().keySet()), any.hard(), any.positions()), seed, settings,
        Sha256.of(file)));
  }

  private static void append(SafetensorsWriter writer, String name, float[] values) throws IOException {
    writer.append(name, values, 0, values.length);
  }

  /// Reads a gate for a model.
  ///
  /// @param file ending in `.safetensors`, its card next to it
  /// @throws BadDataException if a file is missing, damaged or of another format
  /// @throws UsageException if the gate was learned for another checkpoint
  public static LearnedGate load(Path file, HookedModel model) throws IOException {
    if (!file.toString().endsWith(TENSORS) || !Files.isRegularFile(file)) {
      throw new BadDataException("no gate at " + file + ": give the .safetensors file of a learned gate");
    }
    if (!Files.isRegularFile(card(file))) {
      throw new BadDataException(
          card(file) + " is missing: it says which checkpoint the gate belongs to, keep both files together");
    }
    Card card = RecordJson.read(card(file), FORMAT, Card.class);
    if (!Sha256.of(file).equals(card.tensors)) {
      throw new BadDataException(file + " is not the file that " + card(file) + " describes: learn the gate again");
    }
    if (!checkpoint(model).equals(card.model.checkpoint)) {
      throw new UsageException("%s was learned for another checkpoint (%s): %s has other weights or tokens"
          .formatted(file, card.model.name, model.facts().name()));
    }
    return new LearnedGate(gates(file, card.placement, model.model()), card);
  }

  private static Gates gates(Path file, Placement placement, GatedModel model) throws IOException {
    SortedMap<HookPoint, Gate> gates = new TreeMap<>();
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      FORMAT.require(tensors.metadata(), file.toString());
      for (HookPoint hook : placement.hooks) {
        if (!model.hookPoints().contains(hook)) {
          throw new BadDataException(card(file) + ": the model has no hook point " + hook + ": learn the gate again");
        }
        float[][] vectors = new float[VECTORS.size()][];
        for (int v = 0; v < vectors.length; v++) {
          vectors[v] = tensors.f32(hook + "." + VECTORS.get(v), List.of((long) model.width(hook)));
          requireNumbers(file, hook + "." + VECTORS.get(v), vectors[v]);
        }
        gates.put(hook, new Gate(vectors[0], vectors[1], vectors[2], vectors[3], placement.hard, placement.positions));
      }
    }
    return new Gates(gates);
  }

  /// Thresholds may be −∞, where a coordinate is not gated; nothing else may be infinite.
  private static void requireNumbers(Path file, String name, float[] values) throws BadDataException {
    boolean threshold = name.endsWith(THRESHOLD);
    for (int i = 0; i < values.length; i++) {
      if (threshold ? Float.isNaN(values[i]) : !Float.isFinite(values[i])) {
        throw new BadDataException(file + ": " + name + " must be " + (threshold ? "a number" : "finite") + ", found "
            + values[i] + " at " + i + ": learn the gate again");
      }
    }
  }

  private static Path card(Path file) {
    String name = file.getFileName().toString();
    return file.resolveSibling(name.substring(0, name.length() - TENSORS.length()) + ".json");
  }
}

package org.striatum.peft.llm;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// Gates that were learned for one checkpoint, as files: `NAME.safetensors` with each hook point's `gain`, `threshold`,
/// `sharpness` and `shift` (d), F32, and `NAME.json` beside it, which says what they belong to.
///
/// @param gates soft or hard, all alike and at the same positions
/// @param card what they belong to
public record LearnedGate(Gates gates, Card card) {
  private static final List<String> VECTORS = List.of("gain", "threshold", "sharpness", "shift");
  private static final String TENSORS = ".safetensors";

  /// What a gate file belongs to.
  ///
  /// @param model it was learned over
  /// @param mode problem set it was learned on
  /// @param arm which neurons
  /// @param placement where and how gates act
  /// @param seed of everything
  /// @param settings of the training, for the record
  /// @param tensors of the file beside
  public record Card(Origin model, String mode, AdaptationArm arm, Placement placement, long seed,
      SortedMap<String, String> settings, Sha256 tensors) {
    public Card {
      settings = new TreeMap<>(settings);
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
    try (SafetensorsWriter writer = new SafetensorsWriter(file, declared, Map.of())) {
      for (Map.Entry<HookPoint, Gate> entry : gates.at().entrySet()) {
        Gate gate = entry.getValue();
        append(writer, entry.getKey() + ".gain", gate.gain());
        append(writer, entry.getKey() + ".threshold", gate.threshold());
        append(writer, entry.getKey() + ".sharpness", gate.sharpness());
        append(writer, entry.getKey() + ".shift", gate.shift());
      }
    }
    Gate any = gates.at().firstEntry().getValue();
    RecordJson.write(card, new Card(new Origin(model.facts().name(), checkpoint(model)), mode, arm,
        new Placement(List.copyOf(gates.at().keySet()), any.hard(), any.positions()), seed, settings,
        Sha256.of(file)));
  }

  private static void append(SafetensorsWriter writer, String name, float[] values) throws IOException {
    writer.append(name, values, 0, values.length);
  }

  /// Reads a gate for a model.
  ///
  /// @param file ending in `.safetensors`, its card beside it
  /// @throws BadDataException if a file is missing or damaged
  /// @throws IllegalArgumentException if the gate was learned for another checkpoint
  public static LearnedGate load(Path file, HookedModel model) throws IOException {
    if (!file.toString().endsWith(TENSORS) || !Files.isRegularFile(file)) {
      throw new BadDataException("no gate at " + file + ": give the .safetensors file that `striatum gate` wrote");
    }
    if (!Files.isRegularFile(card(file))) {
      throw new BadDataException(
          card(file) + " is missing: it says which checkpoint the gate belongs to, keep both files together");
    }
    Card card = RecordJson.read(card(file), Card.class);
    if (!Sha256.of(file).equals(card.tensors)) {
      throw new BadDataException(file + " is not the file that " + card(file) + " describes: learn the gate again");
    }
    if (!checkpoint(model).equals(card.model.checkpoint)) {
      throw new IllegalArgumentException("%s was learned for another checkpoint (%s): %s has other weights or tokens"
          .formatted(file, card.model.name, model.facts().name()));
    }
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      SortedMap<HookPoint, Gate> gates = new TreeMap<>();
      for (HookPoint hook : card.placement.hooks) {
        int width = model.model().width(hook);
        float[][] vectors = new float[VECTORS.size()][];
        for (int v = 0; v < vectors.length; v++) {
          vectors[v] = vector(file, tensors, hook + "." + VECTORS.get(v), width);
        }
        gates.put(hook,
            new Gate(vectors[0], vectors[1], vectors[2], vectors[3], card.placement.hard, card.placement.positions));
      }
      return new LearnedGate(new Gates(gates), card);
    } catch (IllegalArgumentException broken) {
      throw new BadDataException(file + ": " + broken.getMessage(), broken);
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    }
  }

  private static float[] vector(Path file, SafetensorsFile tensors, String name, int width) throws BadDataException {
    if (!tensors.tensors().containsKey(name) || tensors.tensor(name).dtype() != DType.F32
        || !tensors.tensor(name).shape().equals(List.of((long) width))) {
      throw new BadDataException(file + " must hold '" + name + "', F32 of " + width + " elements, found "
          + (tensors.tensors().containsKey(name) ? tensors.tensor(name) : "none"));
    }
    return tensors.floats(name);
  }

  private static Path card(Path file) {
    String name = file.getFileName().toString();
    return file.resolveSibling(name.substring(0, name.length() - TENSORS.length()) + ".json");
  }
}

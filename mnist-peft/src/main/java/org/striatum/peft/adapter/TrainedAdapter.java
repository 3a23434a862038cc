package org.striatum.peft.adapter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.adapter.Parameter.Role;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// An adapter with its values, for one network and no other. Immutable: readers must not change the arrays.
///
/// On disk it is a folder of two files: `adapter.json` (kind, settings, network, provenance) and `adapter.safetensors`
/// (the values).
///
/// @param base checksum of the network it was trained over
/// @param widths of that network
/// @param values of each parameter, by name, in the adapter's order
public record TrainedAdapter(Adapter adapter, Sha256 base, int[] widths, SequencedMap<String, float[]> values,
    Provenance provenance) {
  public TrainedAdapter {
    widths = widths.clone();
    SequencedMap<String, float[]> copied = new LinkedHashMap<>();
    List<Parameter> parameters = adapter.parameters(widths);
    for (Parameter parameter : parameters) {
      float[] found = values.get(parameter.name());
      if (found == null || found.length != parameter.size()) {
        throw new IllegalArgumentException(adapter.name() + " needs " + parameter.name() + " of shape "
            + Arrays.toString(parameter.shape()) + ", found "
            + (found == null ? "none" : found.length + " values"));
      }
      parameter.notFinite(found).ifPresent(why -> {
        throw new IllegalArgumentException(why);
      });
      copied.put(parameter.name(), found.clone());
    }
    if (values.size() != parameters.size()) {
      throw new IllegalArgumentException(adapter.name() + " has the parameters "
          + parameters.stream().map(Parameter::name).toList() + ", found " + values.keySet());
    }
    values = Collections.unmodifiableSequencedMap(copied);
  }

  /// How many values were trained.
  public int trainable() {
    return adapter.trainable(widths);
  }

  /// The same adapter with some values of its own replaced.
  public TrainedAdapter with(Map<String, float[]> replaced) {
    SequencedMap<String, float[]> changed = new LinkedHashMap<>(values);
    replaced.forEach(changed::replace);
    return new TrainedAdapter(adapter, base, widths, changed, provenance);
  }

  /// The same thresholds and gains with a hard gate.
  ///
  /// @throws IllegalArgumentException if it is no gate
  public TrainedAdapter hardened() {
    return new TrainedAdapter(gate().hardened(), base, widths, values, provenance);
  }

  private TauGate gate() {
    if (!(adapter instanceof TauGate gate)) {
      throw new IllegalArgumentException("only a taugate has thresholds and gains, found " + adapter.name());
    }
    return gate;
  }

  /// The thresholds of a gated layer, 0 where they were not trained: (hidden).
  ///
  /// @throws IllegalArgumentException if it is no gate
  public float[] thresholds(int layer) {
    return gate().learnsThreshold()
        ? values.get(Parameter.name(layer, Role.THRESHOLD)).clone()
        : new float[widths[layer + 1]];
  }

  /// The gains of a gated layer, 1 where they were not trained: (hidden).
  ///
  /// @throws IllegalArgumentException if it is no gate
  public float[] gains(int layer) {
    if (gate().learnsGain()) {
      return values.get(Parameter.name(layer, Role.GAIN)).clone();
    }
    float[] ones = new float[widths[layer + 1]];
    Arrays.fill(ones, 1);
    return ones;
  }

  /// The gate of each hidden layer, to be applied to its activation with z as the signal.
  ///
  /// @throws IllegalArgumentException if it is no gate
  public List<Gate> gates() {
    List<Gate> gates = new ArrayList<>();
    for (int l = 0; l < widths.length - 2; l++) {
      float[] sharpness = new float[widths[l + 1]];
      Arrays.fill(sharpness, gate().isHard() ? 1 : (float) gate().sharpness());
      gates.add(new Gate(gains(l), thresholds(l), sharpness, new float[widths[l + 1]], gate().isHard(),
          PositionMask.ALL));
    }
    return List.copyOf(gates);
  }

  /// The network that computes the same without the adapter.
  ///
  /// @throws IllegalArgumentException if it is another network than the adapter's, or algebra does not allow it
  public Mlp mergedInto(Mlp network) {
    requireBase(network);
    return new Merging(adapter, values).into(network);
  }

  /// Whether algebra allows [#mergedInto].
  public boolean merges() {
    return new Merging(adapter, values).obstacle().isEmpty();
  }

  void requireBase(Mlp network) {
    otherThan(network, widths, base).ifPresent(why -> {
      throw new IllegalArgumentException(why);
    });
  }

  /// Why a network is not the one of these widths and this checksum; empty where it is.
  static Optional<String> otherThan(Mlp network, int[] widths, Sha256 base) {
    if (!Arrays.equals(network.widths(), widths)) {
      return Optional.of("an adapter over widths " + Arrays.toString(widths) + " does not fit a network of widths "
          + Arrays.toString(network.widths()));
    }
    return network.sha256().equals(base)
        ? Optional.empty()
        : Optional.of("the adapter was trained over network " + base + ", found " + network.sha256()
            + ": open it over its own");
  }

  /// Writes the adapter's two files into a folder, which is made if it is missing.
  ///
  /// @return the two files
  public List<Path> save(Path folder) throws IOException {
    return AdapterFolder.save(folder, this);
  }

  /// Reads what [#save] wrote, for the network it was trained over.
  ///
  /// @throws BadDataException if a file is missing, damaged or of another format, a tensor is absent, superfluous, of
  ///     another shape or not finite, naming the file
  /// @throws UsageException if the adapter belongs to another network
  public static TrainedAdapter load(Path folder, Mlp network) throws IOException {
    return AdapterFolder.load(folder, network);
  }
}

package org.striatum.peft.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.striatum.peft.adapter.Adapter.Frozen;
import org.striatum.peft.network.Mlp;

/// A frozen network with several named adapters, of which at most one is on. With none on it computes what the network
/// computes alone, bit for bit.
///
/// The caller closes it. Not thread-safe.
public final class AdaptedNetwork implements AutoCloseable {
  private final Mlp base;
  private final SequencedMap<String, TrainedAdapter> adapters = new LinkedHashMap<>();
  private final Map<String, AdapterArrays> uploaded = new LinkedHashMap<>();
  private final AdapterArrays alone;
  private String active; // null for none

  /// One adapter.
  ///
  /// @param trainable values it trained
  /// @param share of the network's own weights and biases
  /// @param merges whether [#merged] can take it in
  public record Entry(String name, Adapter adapter, int trainable, double share, boolean active, boolean merges) {}

  /// The network with no adapter yet.
  public AdaptedNetwork(Mlp base) {
    this.base = base;
    this.alone = new AdapterArrays(base, new Frozen(), Map.of(), false);
  }

  /// The network with one adapter, switched on.
  public static AdaptedNetwork of(Mlp base, TrainedAdapter adapter) {
    adapter.requireBase(base);
    AdaptedNetwork network = new AdaptedNetwork(base);
    network.add(adapter.adapter().name(), adapter);
    network.switchTo(adapter.adapter().name());
    return network;
  }

  public Mlp base() {
    return base;
  }

  /// Adds an adapter under a name, switched off.
  ///
  /// @throws IllegalArgumentException if the name is taken or the adapter belongs to another network
  public void add(String name, TrainedAdapter adapter) {
    if (adapters.containsKey(name)) {
      throw new IllegalArgumentException("an adapter's name must be its own, found a second '" + name + "'");
    }
    adapter.requireBase(base);
    adapters.put(name, adapter);
    uploaded.put(name, new AdapterArrays(base, adapter.adapter(), adapter.values(), false));
  }

  /// Takes an adapter away; if it was on, none is on then.
  ///
  /// @throws IllegalArgumentException if there is no such adapter
  public void remove(String name) {
    adapter(name);
    adapters.remove(name);
    uploaded.remove(name).close();
    if (name.equals(active)) {
      active = null;
    }
  }

  /// Switches one adapter on and any other off.
  ///
  /// @throws IllegalArgumentException if there is no such adapter
  public void switchTo(String name) {
    adapter(name);
    active = name;
  }

  /// Switches every adapter off.
  public void disable() {
    active = null;
  }

  /// The named adapter.
  ///
  /// @throws IllegalArgumentException if there is no such adapter
  public TrainedAdapter adapter(String name) {
    TrainedAdapter adapter = adapters.get(name);
    if (adapter == null) {
      throw new IllegalArgumentException("there is no adapter '" + name + "', only " + adapters.keySet());
    }
    return adapter;
  }

  /// The adapters with their sizes.
  public List<Entry> report() {
    List<Entry> entries = new ArrayList<>();
    adapters.forEach((name, adapter) -> entries.add(new Entry(name, adapter.adapter(), adapter.trainable(),
        (double) adapter.trainable() / base.parameters(), name.equals(active), adapter.merges())));
    return entries;
  }

  /// The network that computes the same with no adapter: the base itself where none is on.
  ///
  /// @throws IllegalArgumentException if algebra does not allow it, saying why
  public Mlp merged() {
    return active == null ? base : adapters.get(active).mergedInto(base);
  }

  private AdapterArrays running() {
    return active == null ? alone : uploaded.get(active);
  }

  /// Runs the network as it is switched.
  ///
  /// @param x (n, inputs) row-major
  /// @return (n, classes)
  /// @throws IllegalArgumentException if the array holds no whole number of inputs
  public float[] logits(float[] x) {
    if (x.length % base.inputs() != 0) {
      throw new IllegalArgumentException(
          "inputs must be rows of " + base.inputs() + " values, found " + x.length + " values");
    }
    if (x.length == 0) {
      return new float[0];
    }
    try (Examples examples = new Examples(x, new byte[x.length / base.inputs()]); NDScope _ = new NDScope()) {
      return running().run(examples.all(base)).logits().toFloatArray();
    }
  }

  /// The share of examples whose class gets the highest logit.
  ///
  /// @throws IllegalArgumentException if the examples do not fit the network
  public double accuracy(Examples examples) {
    examples.requireFit(base);
    try (NDScope _ = new NDScope()) {
      Examples.Batch all = examples.all(base);
      NDArray right = running().run(all).logits().argMax(1).eq(all.labels().squeeze(1));
      return (double) right.countNonzero().getLong() / examples.size();
    }
  }

  /// z of each hidden layer on all examples: (n, hidden) row-major each.
  ///
  /// @throws IllegalArgumentException if the examples do not fit the network
  public List<float[]> signals(Examples examples) {
    examples.requireFit(base);
    try (NDScope _ = new NDScope()) {
      return running().run(examples.all(base)).signals().stream().map(NDArray::toFloatArray).toList();
    }
  }

  /// g of each hidden layer on all examples, none where the adapter that is on is no gate: (n, hidden) row-major each.
  ///
  /// @throws IllegalArgumentException if the examples do not fit the network
  public List<float[]> openness(Examples examples) {
    examples.requireFit(base);
    try (NDScope _ = new NDScope()) {
      return running().run(examples.all(base)).openness().stream().map(NDArray::toFloatArray).toList();
    }
  }

  @Override
  public void close() {
    uploaded.values().forEach(AdapterArrays::close);
    alone.close();
  }

  @Override
  public String toString() {
    return "network " + Arrays.toString(base.widths()) + " with adapters " + adapters.keySet()
        + (active == null ? ", all off" : ", '" + active + "' on");
  }
}

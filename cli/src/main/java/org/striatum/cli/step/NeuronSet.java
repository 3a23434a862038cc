package org.striatum.cli.step;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;

/// Which neurons are ablated: the best of a ranking at each hook point, or those a file lists.
public sealed interface NeuronSet {
  /// `value@1%` and `value@top20`: the best value neurons of a dataset at a hook point.
  Pattern VALUE = Pattern.compile("value@(?:(\\d+(?:\\.\\d+)?)%|top(\\d{1,7}))");

  String name();

  /// Its coordinates at a studied hook point; empty where it has none.
  ///
  /// @throws IllegalArgumentException if it does not fit the layer
  List<Integer> at(LayerProbes layer);

  /// Reads a set's name.
  static NeuronSet named(String name) {
    Matcher matcher = VALUE.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("a neuron set is named value@1% or value@top20, found '" + name + "'");
    }
    return matcher.group(1) != null
        ? new Share(name, Double.parseDouble(matcher.group(1)) / 100)
        : new Top(name, Integer.parseInt(matcher.group(2)));
  }

  /// The best share of a layer's coordinates, rounded up.
  record Share(String name, double share) implements NeuronSet {
    public Share {
      if (!(share > 0 && share < 1)) {
        throw new IllegalArgumentException("a share of a layer must be in (0 %, 100 %), found " + 100 * share + " %");
      }
    }

    @Override
    public List<Integer> at(LayerProbes layer) {
      return layer.order().subList(0, (int) Math.ceil(share * layer.order().size()));
    }
  }

  /// The best `count` coordinates.
  record Top(String name, int count) implements NeuronSet {
    @Override
    public List<Integer> at(LayerProbes layer) {
      if (count < 1 || count >= layer.order().size()) {
        throw new IllegalArgumentException(name + " must leave something of a layer of " + layer.order().size()
            + " coordinates, found " + count);
      }
      return layer.order().subList(0, count);
    }
  }

  /// Neurons listed in a file, the same for every dataset.
  record Listed(String name, SortedMap<HookPoint, List<Integer>> neurons) implements NeuronSet {
    private static final long MAX_BYTES = 64 << 20;

    /// Reads a file with one neuron a line as they are printed, `blocks.3.hook_resid_post[17]`; blank lines and lines
    /// that begin with # are left out. A JSON list of the same strings is read too.
    ///
    /// @throws BadDataException naming the line, or the entry of a JSON list
    public static Listed read(Path file) throws IOException {
      if (!Files.isRegularFile(file)) {
        throw new BadDataException("no neuron file at " + file);
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new BadDataException(file + " is larger than 64 MiB: not a list of neurons");
      }
      byte[] content = Files.readAllBytes(file);
      String text = new String(content, StandardCharsets.UTF_8);
      boolean json = text.stripLeading().startsWith("[");
      List<String> entries = json
          ? Arrays.stream(RecordJson.parse(content, String[].class, file.toString())).map(String::valueOf).toList()
          : text.lines().map(String::strip).toList();
      SortedMap<HookPoint, List<Integer>> neurons = new TreeMap<>();
      for (int i = 0; i < entries.size(); i++) {
        if (json || !(entries.get(i).isEmpty() || entries.get(i).startsWith("#"))) {
          add(neurons, entries.get(i), file + (json ? ", entry " : ", line ") + (i + 1));
        }
      }
      if (neurons.isEmpty()) {
        throw new BadDataException(file + " lists no neuron");
      }
      return new Listed(file.getFileName().toString(), neurons);
    }

    private static void add(SortedMap<HookPoint, List<Integer>> neurons, String written, String where)
        throws BadDataException {
      try {
        NeuronId neuron = NeuronId.parse(written);
        List<Integer> at = neurons.computeIfAbsent(neuron.hook(), _ -> new ArrayList<>());
        if (at.contains(neuron.coordinate())) {
          throw new BadDataException(where + ": " + neuron + " is listed twice");
        }
        at.add(neuron.coordinate());
      } catch (IllegalArgumentException unknown) {
        throw new BadDataException(where + ": " + unknown.getMessage(), unknown);
      }
    }

    /// Refuses neurons that no intervention would touch: left out silently, they would be reported as ablated.
    ///
    /// @throws IllegalArgumentException naming the first
    void requireStudied(List<LayerProbes> layers) {
      SortedSet<HookPoint> studied = new TreeSet<>(layers.stream().map(LayerProbes::hook).toList());
      for (HookPoint hook : neurons.keySet()) {
        if (!studied.contains(hook)) {
          throw new IllegalArgumentException(
              name + " names neurons at " + hook + ", which this run has not studied: it has " + studied);
        }
      }
    }

    @Override
    public List<Integer> at(LayerProbes layer) {
      List<Integer> coordinates = neurons.getOrDefault(layer.hook(), List.of());
      for (int coordinate : coordinates) {
        if (coordinate >= layer.order().size()) {
          throw new IllegalArgumentException(
              layer.hook() + " has " + layer.order().size() + " coordinates, " + name + " names " + coordinate);
        }
      }
      return coordinates;
    }
  }
}

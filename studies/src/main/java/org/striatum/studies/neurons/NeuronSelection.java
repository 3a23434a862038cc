package org.striatum.studies.neurons;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.model.NeuronSet;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;

/// Which neurons are meant: the best of a ranking at each hook point, those that passed a test, or those a file lists; or a
/// direction, in place of neurons.
public sealed interface NeuronSelection
    permits
    NeuronSelection.Share, NeuronSelection.Top, NeuronSelection.Significant, NeuronSelection.Listed,
    NeuronSelection.OnTask, DirectionSelection {
  /// `value@1%`, `dopamine@top20`: the best of a dataset's ranking at a hook point. `dopamine@significant`: those that passed
  /// the signature test. `wanda@1%`, `next-token@1%`, `terminal-only@1%`: the best by a baseline.
  /// Any of them with `:TASK`: on that dataset only.
  Pattern NAMED = Pattern
      .compile("(value|dopamine|wanda|next-token|terminal-only)@(?:(\\d+(?:\\.\\d+)?)%|top(\\d{1,7})|(significant))");

  /// Which ranking a set is cut from.
  enum Ranking {
    VALUE(null), DOPAMINE(null), WANDA(Baseline.WANDA), NEXT_TOKEN(Baseline.NEXT_TOKEN), TERMINAL_ONLY(
        Baseline.TERMINAL_ONLY);

    private final Baseline baseline; // null for the study's own

    Ranking(Baseline baseline) {
      this.baseline = baseline;
    }

    private static Ranking named(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private List<Integer> order(String set, String dataset, HookPoint hook, RunRankings rankings) {
      if (baseline != null) {
        return rankings.baselineOrder(set, baseline, dataset, hook);
      }
      return this == VALUE
          ? rankings.valueOrder(dataset, hook)
          : rankings.dopamine(set, dataset, hook).map(LayerDopamine::order).orElse(List.of());
    }
  }

  String name();

  /// Its coordinates at a hook point, best first where they are ranked; empty where it has none.
  ///
  /// @throws UsageException if it does not fit the layer, or its ranking was not made
  List<Integer> at(String dataset, HookPoint hook, RunRankings rankings);

  /// All coordinates of a hook point in the order the set is cut from; empty where it is cut from none.
  default List<Integer> order(String dataset, HookPoint hook, RunRankings rankings) {
    return List.of();
  }

  /// Whether it is cut from the dopamine study's results.
  default boolean needsDopamine() {
    return false;
  }

  /// Whether it is cut from a baseline's ranking.
  default boolean needsBaselines() {
    return false;
  }

  /// Reads a set's name.
  public static NeuronSelection named(String name) {
    int task = name.indexOf(':');
    if (task >= 0) {
      return new OnTask(named(name.substring(0, task)), name.substring(task + 1));
    }
    Matcher matcher = NAMED.matcher(name);
    if (!isName(name) || !matcher.matches()) {
      throw new UsageException("a neuron set is named value@1%, value@top20, dopamine@1%, dopamine@top20,"
          + " dopamine@significant, wanda@1%, next-token@1% or terminal-only@1%, found '" + name + "'"
          + (name.matches(".*\\d,\\d.*") ? "; decimals are written with a point" : meant(name)));
    }
    Ranking ranking = Ranking.named(matcher.group(1));
    if (matcher.group(4) != null) {
      return new Significant(name);
    }
    return matcher.group(2) != null
        ? new Share(name, ranking, Double.parseDouble(matcher.group(2)) / 100)
        : new Top(name, ranking, Integer.parseInt(matcher.group(3)));
  }

  private static boolean isName(String name) {
    Matcher matcher = NAMED.matcher(name);
    return matcher.matches() && (matcher.group(4) == null || matcher.group(1).equals("dopamine"));
  }

  /// The name with another ranking, or the named set, that a slip of the keys may have made of it.
  private static String meant(String name) {
    int at = name.indexOf('@');
    if (at < 1) {
      return "";
    }
    List<String> rankings = Arrays.stream(Ranking.values()).map(ranking -> ranking.name().toLowerCase(Locale.ROOT)
        .replace('_', '-')).toList();
    List<String> near = NearestNames.near(name.substring(0, at), rankings).stream()
        .map(ranking -> ranking + name.substring(at)).filter(NeuronSelection::isName).toList();
    return near.isEmpty() ? NearestNames.meant(name, List.of("dopamine@significant")) : NearestNames.meant(near);
  }

  /// A set from JSON: its name, for a listed one its neurons, for a direction its checksum.
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static NeuronSelection read(JsonNode json) {
    if (json.isTextual()) {
      return named(json.textValue());
    }
    if (json.has("task")) {
      return RecordJson.fromTree(json, OnTask.class);
    }
    return json.has("sha256")
        ? RecordJson.fromTree(json, DirectionSelection.class)
        : RecordJson.fromTree(json, Listed.class);
  }

  /// The sets of a comma-separated list, in its order. No name begins with a digit: what is in front of one is no separator.
  ///
  /// @throws UsageException if a name is no set's, or repeats
  public static List<NeuronSelection> list(String names) {
    List<NeuronSelection> sets = Arrays.stream(names.split(",(?!\\d)", -1)).map(name -> named(name.strip())).toList();
    if (sets.stream().distinct().count() < sets.size()) {
      throw new UsageException("a neuron set must be named once, found one twice in " + names);
    }
    return sets;
  }

  /// The best share of a layer's coordinates, rounded up.
  public record Share(@JsonValue String name, Ranking ranking, double share) implements NeuronSelection {
    public Share {
      if (!(share > 0 && share < 1)) {
        throw new UsageException("a share of a layer must be in (0 %, 100 %), found " + 100 * share + " %");
      }
    }

    @Override
    public List<Integer> at(String dataset, HookPoint hook, RunRankings rankings) {
      List<Integer> order = order(dataset, hook, rankings);
      return order.subList(0, (int) Math.ceil(share * order.size() - 1e-9));
    }

    @Override
    public List<Integer> order(String dataset, HookPoint hook, RunRankings rankings) {
      return ranking.order(name, dataset, hook, rankings);
    }

    @Override
    public boolean needsDopamine() {
      return ranking == Ranking.DOPAMINE;
    }

    @Override
    public boolean needsBaselines() {
      return ranking.baseline != null;
    }
  }

  /// The best `count` coordinates.
  public record Top(@JsonValue String name, Ranking ranking, int count) implements NeuronSelection {
    @Override
    public List<Integer> at(String dataset, HookPoint hook, RunRankings rankings) {
      List<Integer> order = order(dataset, hook, rankings);
      if (order.isEmpty()) {
        return order;
      }
      if (count < 1 || count >= order.size()) {
        throw new UsageException(name + " must leave something of a layer of " + order.size()
            + " coordinates, found " + count);
      }
      return order.subList(0, count);
    }

    @Override
    public List<Integer> order(String dataset, HookPoint hook, RunRankings rankings) {
      return ranking.order(name, dataset, hook, rankings);
    }

    @Override
    public boolean needsDopamine() {
      return ranking == Ranking.DOPAMINE;
    }

    @Override
    public boolean needsBaselines() {
      return ranking.baseline != null;
    }
  }

  /// The coordinates that passed all parts of the dopamine study's signature test; often none.
  public record Significant(@JsonValue String name) implements NeuronSelection {
    @Override
    public List<Integer> at(String dataset, HookPoint hook, RunRankings rankings) {
      return rankings.dopamine(name, dataset, hook).map(LayerDopamine::significant).orElse(List.of());
    }

    @Override
    public boolean needsDopamine() {
      return true;
    }
  }

  /// Another set on one dataset only: nothing is done on the others, and the primary intervention is made there.
  ///
  /// @param of the set
  /// @param task the dataset
  public record OnTask(NeuronSelection of, String task) implements NeuronSelection {
    /// @throws UsageException if the set is on a task already, or the task has no name
    public OnTask {
      if (of instanceof OnTask || task.isBlank()) {
        throw new UsageException("a neuron set is on one task, found '" + of.name() + ":" + task + "'");
      }
    }

    @Override
    public String name() {
      return of.name() + ":" + task;
    }

    @Override
    public List<Integer> at(String dataset, HookPoint hook, RunRankings rankings) {
      return dataset.equals(task) ? of.at(dataset, hook, rankings) : List.of();
    }

    @Override
    public List<Integer> order(String dataset, HookPoint hook, RunRankings rankings) {
      return dataset.equals(task) ? of.order(dataset, hook, rankings) : List.of();
    }

    @Override
    public boolean needsDopamine() {
      return of.needsDopamine();
    }

    @Override
    public boolean needsBaselines() {
      return of.needsBaselines();
    }

    /// Refuses a task that the run does not have.
    ///
    /// @throws UsageException if the run has no such dataset
    public void requireAsked(ValueNeuronResults values) {
      List<String> asked = values.datasets().stream().map(DatasetSummary::dataset).toList();
      if (!asked.contains(task)) {
        throw new UsageException(name() + " is on a task that this run does not have: it has " + asked
            + NearestNames.meant(task, asked));
      }
    }
  }

  /// Neurons that were named one by one.
  static NeuronSelection of(NeuronSet set) {
    return new Listed(set.name(), set.neurons());
  }

  /// Neurons listed in a file, the same for every dataset.
  public record Listed(String name, SortedMap<HookPoint, List<Integer>> neurons) implements NeuronSelection {
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
      SequencedSet<NeuronId> listed = new LinkedHashSet<>();
      for (int i = 0; i < entries.size(); i++) {
        if (json || !(entries.get(i).isEmpty() || entries.get(i).startsWith("#"))) {
          add(listed, entries.get(i), file + (json ? ", entry " : ", line ") + (i + 1));
        }
      }
      if (listed.isEmpty()) {
        throw new BadDataException(file + " lists no neuron");
      }
      SortedMap<HookPoint, List<Integer>> neurons = new TreeMap<>();
      listed.forEach(neuron -> neurons.computeIfAbsent(neuron.hook(), _ -> new ArrayList<>()).add(neuron.coordinate()));
      return new Listed(file.getFileName().toString(), neurons);
    }

    private static void add(SequencedSet<NeuronId> listed, String written, String where) throws BadDataException {
      try {
        NeuronId neuron = NeuronId.parse(written);
        if (!listed.add(neuron)) {
          throw new BadDataException(where + ": " + neuron + " is listed twice");
        }
      } catch (IllegalArgumentException unknown) {
        throw new BadDataException(where + ": " + unknown.getMessage(), unknown);
      }
    }

    /// Refuses neurons that no intervention would touch: left out silently, they would be reported as ablated.
    ///
    /// @throws UsageException naming the first
    public void requireStudied(ValueNeuronResults values) {
      SortedSet<HookPoint> studied = new TreeSet<>(values.layers().stream().map(LayerProbes::hook).toList());
      for (HookPoint hook : neurons.keySet()) {
        if (!studied.contains(hook)) {
          throw new UsageException(
              name + " names neurons at " + hook + ", which this run has not studied: it has " + studied);
        }
      }
    }

    @Override
    public List<Integer> at(String dataset, HookPoint hook, RunRankings rankings) {
      List<Integer> coordinates = neurons.getOrDefault(hook, List.of());
      int width = rankings.width(dataset, hook);
      for (int coordinate : coordinates) {
        if (width > 0 && coordinate >= width) {
          throw new UsageException(
              hook + " has " + width + " coordinates, " + name + " names " + coordinate);
        }
      }
      return width == 0 ? List.of() : coordinates;
    }
  }
}

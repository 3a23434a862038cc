package org.striatum.studies.run;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.striatum.datasets.grading.GraderVersion;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.hooks.onnx.HeldWeights;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// What was run, on which inputs and in which environment: `manifest.json`. It contains no time and no absolute path, so equal inputs in one
/// environment give an equal file, byte for byte.
///
/// @param inputs of the run; other inputs need another folder
/// @param environments every environment that finished a step, in order of appearance
/// @param steps finished work, in order
/// @param plan that was registered before the first of them; null for a run without one
public record Manifest(Inputs inputs, List<Environment> environments, List<Step> steps,
    @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) Plan plan) {
  public static final FileFormat FORMAT = new FileFormat("run manifest", 1);
  public static final Manifest EMPTY = new Manifest(Inputs.UNSETTLED, List.of(), List.of(), null);

  public Manifest {
    Objects.requireNonNull(inputs, "a manifest must have inputs, found null");
    environments = List.copyOf(environments);
    steps = List.copyOf(steps);
    for (Step step : steps) {
      if (step.environment < 0 || step.environment >= environments.size()) {
        throw new IllegalArgumentException("step '" + step.name + "' must have run in one of " + environments.size()
            + " environments, found " + step.environment);
      }
    }
  }

  /// The finished step of this name.
  public Optional<Step> step(String name) {
    return steps.stream().filter(step -> step.name.equals(name)).findFirst();
  }

  Manifest with(Inputs settled) {
    return new Manifest(settled, environments, steps, plan);
  }

  /// The same with a step finished, in its old place if it was there. If its outputs changed, the steps that depend on
  /// the old ones, directly or through others, are removed.
  Manifest with(String name, StepKey key, SortedMap<String, Sha256> outputs, Environment environment,
      boolean replaceable) {
    List<Environment> seen = new ArrayList<>(environments);
    if (!seen.contains(environment)) {
      seen.add(environment);
    }
    Step finished = new Step(name, key.sha256(), key.after(), outputs, seen.indexOf(environment), replaceable);
    List<Step> all = new ArrayList<>(steps);
    int place = step(name).map(steps::indexOf).orElse(-1);
    if (place < 0) {
      all.add(finished);
    } else {
      all.set(place, finished);
      if (!steps.get(place).outputs.equals(finished.outputs)) {
        List<String> forgotten = standingOn(name);
        all.removeIf(step -> forgotten.contains(step.name));
      }
    }
    return new Manifest(inputs, seen, all, plan);
  }

  /// The same without some steps. States that are not stored any more settle no hook points.
  Manifest without(Collection<String> names) {
    Inputs left = names.contains(StudyRun.CAPTURE)
        ? new Inputs(inputs.checkpoint, inputs.tokenizer, inputs.data, inputs.sampling, null, inputs.seed)
        : inputs;
    return new Manifest(left, environments, steps.stream().filter(step -> !names.contains(step.name)).toList(), plan);
  }

  /// The same with a plan.
  Manifest with(Plan registered) {
    return new Manifest(inputs, environments, steps, registered);
  }

  /// The steps that depend on one and would be lost with it: not those that are made again in a moment.
  List<String> lostWith(String name) {
    return standingOn(name).stream().filter(other -> !step(other).orElseThrow().replaceable).toList();
  }

  /// The steps that depend on one, directly or through others, in order.
  public List<String> standingOn(String name) {
    Set<String> standing = new HashSet<>();
    boolean grown = true;
    while (grown) {
      grown = standing.addAll(steps.stream()
          .filter(step -> step.after.contains(name) || !Collections.disjoint(step.after, standing)).map(Step::name)
          .toList());
    }
    standing.remove(name);
    return steps.stream().map(Step::name).filter(standing::contains).toList();
  }

  /// Refuses what is no path anywhere: a NUL in it.
  private static void requirePaths(Collection<String> names) {
    for (String name : names) {
      if (name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("a file's name must have no NUL character");
      }
    }
  }

  /// The inputs of a run. A null is not fixed yet: `rollouts` fixes the sampling, `capture` the hook points. Data that is fixed fixes
  /// how problems are asked as a whole, its nulls included.
  ///
  /// @param seed of everything random without a separate seed
  public record Inputs(Checkpoint checkpoint, Tokenizer tokenizer, Data data, Sampling sampling, List<HookPoint> hooks,
      Long seed) {
    private static final String PROMPTS = "data.prompts";
    public static final Inputs UNSETTLED = new Inputs(null, null, null, null, null, null);

    public Inputs {
      hooks = hooks == null ? null : List.copyOf(hooks);
    }

    /// How the run's problems were asked; plain text where another program asked.
    public PromptFormat prompts() {
      return data == null || data.prompts == null ? PromptFormat.PLAIN : data.prompts;
    }

    /// These inputs, and those of `command` where these are not fixed.
    ///
    /// @throws UsageException if both are fixed and differ, saying where
    Inputs settledBy(Inputs command, String folder) {
      SequencedMap<String, String> differences = new LinkedHashMap<>();
      JsonNode settled = settle("", RecordJson.tree(this), RecordJson.tree(command), differences);
      if (!differences.isEmpty()) {
        StringBuilder message = new StringBuilder(folder).append(" holds a run with other inputs: ");
        differences.entrySet().stream().limit(4).forEach(difference -> message.append(difference.getKey())
            .append(difference.getValue()).append("; "));
        if (differences.size() > 4) {
          message.append("and ").append(differences.size() - 4).append(" more; ");
        }
        throw new UsageException(message.append("choose another folder").toString());
      }
      return RecordJson.fromTree(settled, Inputs.class);
    }

    private static JsonNode settle(String place, JsonNode there, JsonNode here, Map<String, String> differences) {
      if ((there.isNull() || here.isNull()) && !isChosen(place)) {
        return there.isNull() ? here : there;
      }
      if (!there.isObject() || !here.isObject()) {
        if (!there.equals(here)) {
          differences.put(place, " is " + printed(there) + " there and " + printed(here) + " here");
        }
        return there;
      }
      ObjectNode both = there.deepCopy();
      for (Map.Entry<String, JsonNode> field : there.properties()) {
        String name = place.isEmpty() ? field.getKey() : place + "." + field.getKey();
        JsonNode other = here.get(field.getKey());
        if (other == null) {
          differences.put(name, " is " + printed(field.getValue()) + " there and absent here");
        } else {
          both.set(field.getKey(), settle(name, field.getValue(), other, differences));
        }
      }
      for (Map.Entry<String, JsonNode> field : here.properties()) {
        if (!there.has(field.getKey())) {
          differences.put(place + "." + field.getKey(), " is absent there and " + printed(field.getValue()) + " here");
        }
      }
      return both;
    }

    /// Whether a null is a choice: plain text, no system message, the first examples.
    private static boolean isChosen(String place) {
      return place.equals(PROMPTS) || place.startsWith(PROMPTS + ".");
    }

    private static String printed(JsonNode value) {
      if (value.isNull()) {
        return "none";
      }
      String text = value.isTextual() ? value.textValue() : value.toString();
      return text.length() <= 40 ? text : text.substring(0, 39) + "…";
    }
  }

  /// A plan that was made before the run: `plan.json` in its folder.
  ///
  /// @param sha256 of the file
  public record Plan(Sha256 sha256, PrimaryFamily primary) {}

  /// The interventions that are named before anything is found.
  ///
  /// @param hooks patterns of the hook points among which validation problems choose
  /// @param sets that are ablated
  /// @param treatment what is done to them
  /// @param outcome that it is judged by
  /// @param effect that is to be found, in units of the outcome
  /// @param seed of the run
  public record PrimaryFamily(List<String> hooks, List<String> sets, String treatment, String outcome, double effect,
      long seed) {
    public PrimaryFamily {
      hooks = List.copyOf(hooks);
      sets = List.copyOf(sets);
    }

    /// In one line.
    public String printed() {
      return "%s of %s at the best of %s, judged by %s, effect %s, seed %d".formatted(treatment,
          String.join(" and ", sets), String.join(", ", hooks), outcome, effect, seed);
    }
  }

  /// The model.
  ///
  /// @param name of its folder, without the path
  /// @param modelType as in its config
  /// @param files file name → checksum, of all files of the model
  /// @param memory how its weights are held, which decides the last bits; null in manifests that were written before it was
  ///     kept, and where no model was run
  public record Checkpoint(String name, String modelType, SortedMap<String, Sha256> files,
      @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) HeldWeights memory) {
    /// A checkpoint that is not run.
    public Checkpoint(String name, String modelType, SortedMap<String, Sha256> files) {
      this(name, modelType, files, null);
    }

    public Checkpoint {
      Path alone = Path.of(name).getFileName();
      if (alone == null || !alone.toString().equals(name) || name.equals("..")) {
        throw new IllegalArgumentException("a checkpoint's name must be that of its folder, found " + name);
      }
      requirePaths(files.keySet());
      files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }
  }

  /// How text is tokenized. A null id means that there is no such token.
  ///
  /// @param file checksum of the tokenizer's file
  /// @param eos the first of those that end a sequence
  /// @param prependsBos whether every prompt starts with the beginning-of-sequence token
  public record Tokenizer(Sha256 file, Integer bos, Integer eos, Integer pad, boolean prependsBos) {}

  /// The problems and how they are split. The split is null until a probe is fitted.
  ///
  /// @param sets names of the problem sets, in order
  /// @param files name → checksum of the files they were read from; empty for generated ones
  /// @param problems asked for of each set: a set that has fewer gives what it has
  /// @param rolloutsPerProblem K
  /// @param prompts how they were asked; null where another program asked
  /// @param graders dataset → what gave its rewards; none for rewards that another program or the caller gave; null in
  ///     manifests that were written before it was kept
  /// @param drawn dataset → problems that were drawn from it; null where this program drew none, and in older manifests
  /// @param ends all tokens that end a sequence; null as `drawn` is
  public record Data(List<String> sets, SortedMap<String, Sha256> files, int problems, int rolloutsPerProblem,
      Long splitSeed, PromptFormat prompts,
      @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) SortedMap<String, GraderVersion> graders,
      @JacksonInject(value = RecordJson.NOTHING_2, useInput = OptBoolean.TRUE) SortedMap<String, Integer> drawn,
      @JacksonInject(value = RecordJson.NOTHING_3, useInput = OptBoolean.TRUE) List<Integer> ends) {
    public Data {
      sets = List.copyOf(sets);
      files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
      graders = graders == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(graders));
      ends = ends == null ? null : List.copyOf(ends);
      drawn = drawn == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(drawn));
    }

    /// Data with rewards of no grader of this program.
    public Data(List<String> sets, SortedMap<String, Sha256> files, int problems, int rolloutsPerProblem,
        Long splitSeed, PromptFormat prompts) {
      this(sets, files, problems, rolloutsPerProblem, splitSeed, prompts, new TreeMap<>(), null, null);
    }
  }

  /// The environment of a step. Floating-point results are equal only in equal environments.
  ///
  /// @param tool e.g. `striatum 0.1.0`
  /// @param versions component → version: java, onnxruntime, djl, smile
  /// @param threads computing threads
  /// @param cpu the processor's name
  public record Environment(String tool, SortedMap<String, String> versions, int threads, String cpu) {
    public Environment {
      Objects.requireNonNull(tool, "an environment's tool is missing");
      versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
    }

    /// This machine's, with the Java version added to `versions`.
    public static Environment here(String tool, Map<String, String> versions, int threads) {
      SortedMap<String, String> all = new TreeMap<>(versions);
      all.put("java", System.getProperty("java.vm.version"));
      return new Environment(tool, all, threads, processor());
    }

    /// Linux names the processor in a file; elsewhere its architecture is used.
    private static String processor() {
      try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
        return lines.filter(line -> line.startsWith("model name")).findFirst()
            .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse(System.getProperty("os.arch"));
      } catch (IOException | UncheckedIOException _) {
        return System.getProperty("os.arch");
      }
    }
  }

  /// One piece of finished work.
  ///
  /// @param key checksum of its inputs
  /// @param after the steps whose outputs it depends on
  /// @param outputs path in the run folder → checksum
  /// @param environment index into the manifest's environments
  /// @param replaceable whether it is made again in a moment, so that nobody asks before it goes
  public record Step(String name, Sha256 key, List<String> after, SortedMap<String, Sha256> outputs, int environment,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) @JacksonInject(value = RecordJson.NO, useInput = OptBoolean.TRUE) boolean replaceable) {
    public Step {
      Objects.requireNonNull(name, "a step's name is missing");
      Objects.requireNonNull(key, "a step's key is missing");
      after = List.copyOf(after);
      outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
      if (outputs.containsValue(null)) {
        throw new IllegalArgumentException("an output of step '" + name + "' has no checksum");
      }
      requirePaths(outputs.keySet());
      requirePaths(List.of(name));
    }
  }
}

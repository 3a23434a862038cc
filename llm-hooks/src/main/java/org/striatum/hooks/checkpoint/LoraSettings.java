package org.striatum.hooks.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// What an `adapter_config.json` of PEFT says: which modules have a low-rank path, of which rank and scale. Every key that
/// would make another model of it is refused by its name. (PEFT 0.21, `tuners/lora/config.py`, `tuners/tuners_utils.py`.)
final class LoraSettings {
  /// Keys that do not change what the adapter computes, or that are read elsewhere.
  private static final Set<String> WITHOUT_EFFECT = Set.of("task_type", "inference_mode", "lora_dropout",
      "auto_mapping",
      "revision", "base_model_name_or_path", "peft_version", "loftq_config", "eva_config", "megatron_core",
      "runtime_config", "qalora_group_size", "ensure_weight_tying", "fan_in_fan_out");
  private static final Set<String> READ = Set.of("peft_type", "r", "lora_alpha", "use_rslora", "rank_pattern",
      "alpha_pattern", "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern", "bias",
      "modules_to_save", "init_lora_weights");
  /// Beginnings that leave the base as it is. (PiSSA, OLoRA, CorDA, LoftQ and others take a part out of it.)
  private static final Set<String> HARMLESS_BEGINNINGS = Set.of("gaussian", "eva", "orthogonal");
  private static final Pattern LAYER = Pattern.compile(".*?\\.[^.]*\\.(?<idx>\\d+)\\.");
  private static final int MOST_STEPS = 1_000_000;

  private final ModelConfig config;
  private final int rank;
  private final double alpha;
  private final boolean rootScaled;
  private final Map<Pattern, Double> ranks;
  private final Map<Pattern, Double> alphas;
  private final Names targets;
  private final Names excluded;
  private final List<Integer> layers;
  private final List<Pattern> layerNames;
  private final List<String> saved;
  private final boolean biases;

  /// Modules by their last names, or all that a regular expression matches whole.
  private record Names(List<String> ends, Optional<Pattern> whole) {
    boolean hold(String module) {
      return whole.isPresent()
          ? whole.get().matcher(new Bounded(module)).matches()
          : ends.stream().anyMatch(end -> module.equals(end) || module.endsWith("." + end));
    }
  }

  /// A text that a regular expression of a stranger reads only so often.
  private static final class Bounded implements CharSequence {
    private final String text;
    private int steps;

    Bounded(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (++steps > MOST_STEPS) {
        throw new IllegalArgumentException("a regular expression takes more than " + MOST_STEPS + " steps");
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /// @throws CheckpointException if it is another kind of adapter, or a key would have to be read and is not
  LoraSettings(ModelConfig config) throws CheckpointException {
    this.config = config;
    if (!config.text("peft_type").equals("LORA")) {
      throw config.unsupported("peft_type", "LORA: merge the adapter into the weights (PEFT: merge_and_unload)");
    }
    refuseOthers();
    this.rank = config.size("r");
    this.alpha = config.positive("lora_alpha", 8);
    this.rootScaled = config.flag("use_rslora", false);
    this.ranks = patterns("rank_pattern");
    this.alphas = patterns("alpha_pattern");
    this.targets = names("target_modules");
    this.excluded = names("exclude_modules");
    this.layers = config.integers("layers_to_transform");
    this.layerNames = new ArrayList<>();
    for (String name : config.textOrTexts("layers_pattern")) {
      layerNames.add(compiled("layers_pattern", "(?:^|.*?\\.)(?:" + name + ")\\.(?<idx>\\d+)\\."));
    }
    this.saved = config.textOrTexts("modules_to_save");
    this.biases = !config.text("bias", "none").equals("none");
  }

  private void refuseOthers() throws CheckpointException {
    for (String key : config.keys()) {
      if (!WITHOUT_EFFECT.contains(key) && !READ.contains(key) && !config.isEmptyOrFalse(key)) {
        throw config.unsupported(key, "absent, for it changes what a LoRA adapter computes: merge the adapter into the"
            + " weights (PEFT: merge_and_unload)");
      }
    }
    boolean harmless = config.isFlag("init_lora_weights")
        || HARMLESS_BEGINNINGS.contains(config.text("init_lora_weights", "gaussian"));
    if (!harmless) {
      throw config.unsupported("init_lora_weights",
          "true, false, gaussian, eva or orthogonal, which leave the base as it"
              + " is: save the adapter with path_initial_model_for_weight_conversion, or merge it");
    }
  }

  private Map<Pattern, Double> patterns(String key) throws CheckpointException {
    Map<Pattern, Double> values = new LinkedHashMap<>();
    Optional<ModelConfig> part = config.part(key);
    if (part.isPresent()) {
      for (String name : part.get().keys()) {
        values.put(compiled(key, "(.*\\.)?(" + name + ")$"), part.get().positive(name));
      }
    }
    return values;
  }

  /// Modules that a list of names, an expression, or PEFT's word for all of them means.
  private Names names(String key) throws CheckpointException {
    if (config.isText(key)) {
      String text = config.text(key);
      // Every linear layer but the head.
      return text.equals("all-linear")
          ? new Names(List.of(), Optional.of(Pattern.compile("(?!(.*\\.)?(lm_head|embed_out)$).*", Pattern.DOTALL)))
          : new Names(List.of(), Optional.of(compiled(key, text)));
    }
    return new Names(config.texts(key).orElse(List.of()), Optional.empty());
  }

  private Pattern compiled(String key, String regex) throws CheckpointException {
    try {
      return Pattern.compile(regex.replace("(?P<", "(?<"));
    } catch (PatternSyntaxException unknown) {
      throw config.unsupported(key,
          "names or regular expressions that Java reads too (" + unknown.getDescription() + ")");
    }
  }

  /// Refuses a path at a module where the configuration puts none: the reference implementation would not load it.
  void requireTarget(String module) throws CheckpointException {
    try {
      if (!targets.hold(module) || excluded.hold(module) || !isChosenLayer(module) || isSaved(module)) {
        throw config.unsupported("target_modules",
            "what the adapter's tensors change: they change '" + module + "' too");
      }
    } catch (IllegalArgumentException tooLong) {
      throw config.unsupported("target_modules", "expressions that end (" + tooLong.getMessage() + ")");
    }
  }

  private boolean isChosenLayer(String module) {
    if (layers.isEmpty() || targets.whole().isPresent() || targets.ends().contains(module)) {
      return true;
    }
    for (Pattern pattern : layerNames.isEmpty() ? List.of(LAYER) : layerNames) {
      Matcher found = pattern.matcher(new Bounded(module));
      if (found.lookingAt()) {
        return layers.contains(Integer.parseInt(found.group("idx")));
      }
    }
    return false;
  }

  /// Whether a module is saved whole.
  boolean isSaved(String module) {
    for (int end = module.indexOf('.'); end >= 0; end = module.indexOf('.', end + 1)) {
      if (endsWithSaved(module.substring(0, end))) {
        return true;
      }
    }
    return endsWithSaved(module);
  }

  private boolean endsWithSaved(String module) {
    return saved.stream().anyMatch(module::endsWith);
  }

  /// Whether biases are saved as well.
  boolean hasBiases() {
    return biases;
  }

  /// The rank of a module's path.
  int rank(String module) {
    return (int) value(ranks, module, rank);
  }

  /// The scale of a module's path: α / r, or α / √r. (rsLoRA: arXiv 2312.03732.)
  double scale(String module) {
    double own = value(alphas, module, alpha);
    return own / (rootScaled ? Math.sqrt(rank(module)) : rank(module));
  }

  private static double value(Map<Pattern, Double> patterns, String module, double otherwise) {
    for (Map.Entry<Pattern, Double> pattern : patterns.entrySet()) {
      if (pattern.getKey().matcher(new Bounded(module)).lookingAt()) {
        return pattern.getValue();
      }
    }
    return otherwise;
  }
}

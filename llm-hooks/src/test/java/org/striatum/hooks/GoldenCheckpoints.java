package org.striatum.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// The tiny random checkpoints of all families, and what is run on them.
public final class GoldenCheckpoints {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  /// Set by the profile all-tests.
  private static final boolean EVERY = Boolean.getBoolean("striatum.tests.every");

  private GoldenCheckpoints() {}

  /// The first families in their usual configurations, not made to bend as much as the others.
  public static List<Path> gentle() throws IOException {
    return folders("checkpoints");
  }

  /// Those that the contracts of every engine are run on. Each has what the others have not: learned positions and weights that
  /// lie transposed, windows and caps, biases of grouped queries, experts and sinks, layers that carry a state; with all tests
  /// one of each family.
  public static List<Path> contracts() throws IOException {
    if (EVERY) {
      return families();
    }
    return Stream.of("checkpoints/gpt2", "checkpoints/gemma2", "checkpoints/qwen2", "families/gpt_oss",
        "families/qwen3_next", "families/falcon_h1").map(GOLDEN::resolve).toList();
  }

  /// Those that engines are compared on: the kinds that contracts are run on, with all tests every one.
  public static List<Path> compared() throws IOException {
    return EVERY ? all() : contracts();
  }

  /// Those that are held to the reference in both memory modes: the first families, with all tests every one.
  public static List<Path> inBothModes() throws IOException {
    return EVERY ? all() : gentle();
  }

  /// One checkpoint of each family at least.
  public static List<Path> families() throws IOException {
    List<Path> families = new ArrayList<>(folders("checkpoints"));
    Set<String> types = new HashSet<>();
    for (Path folder : families) {
      types.add(modelType(folder));
    }
    for (String set : List.of("variants", "families")) {
      for (Path folder : folders(set)) {
        if (types.add(modelType(folder))) {
          families.add(folder);
        }
      }
    }
    return families;
  }

  /// The families, and other configurations of theirs.
  public static List<Path> all() throws IOException {
    Set<Path> all = new LinkedHashSet<>(families());
    for (String set : List.of("variants", "families")) {
      all.addAll(folders(set));
    }
    return List.copyOf(all);
  }

  /// `model_type` of the language model.
  static String modelType(Path folder) throws IOException {
    return ModelConfig.read(folder.resolve("config.json")).languageModel().text("model_type");
  }

  private static List<Path> folders(String set) throws IOException {
    try (Stream<Path> found = Files.list(GOLDEN.resolve(set))) {
      return found.sorted().toList();
    }
  }

  /// The neurons of a layer, or where its MLP is a mixture of experts the weights of the experts.
  public static HookPoint neurons(GatedModel model, int layer) {
    return model.hookPoints().contains(HookPoint.mlpPost(layer))
        ? HookPoint.mlpPost(layer)
        : new HookPoint(layer, Site.EXPERT_WEIGHTS);
  }

  /// Sequences of different lengths, prompt and continuation; short enough for the smallest context.
  public static List<TokenSequence> sequences(RandomGenerator random, int vocabulary, int count, int longest) {
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] tokens = random.ints(i == 0 ? longest : random.nextInt(2, longest), 3, vocabulary).toArray();
      sequences.add(new TokenSequence(tokens, random.nextInt(1, tokens.length)));
    }
    return sequences;
  }

  /// A gate with all its vectors away from identity; some coordinates shut, some always open.
  public static Gate gate(RandomGenerator random, int d, boolean hard, PositionMask positions) {
    float[] gain = new float[d];
    float[] threshold = new float[d];
    float[] sharpness = new float[d];
    float[] shift = new float[d];
    for (int i = 0; i < d; i++) {
      gain[i] = i % 7 == 0 ? 0 : (float) random.nextGaussian(1, 0.3);
      threshold[i] = i % 5 == 0 ? Float.NEGATIVE_INFINITY : (float) random.nextGaussian(-0.5, 0.5);
      sharpness[i] = (float) random.nextDouble(0.5, 3);
      shift[i] = (float) random.nextGaussian(0, 0.1);
    }
    return new Gate(gain, threshold, sharpness, shift, hard, positions);
  }

  /// Layers that have attention.
  public static SortedSet<Integer> attending(GatedModel model) {
    return model.hookPoints().stream().filter(hook -> hook.site() == Site.HEAD_OUT).map(HookPoint::layer)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// max|a − b| / max|b|; NaN where either holds NaN.
  public static double relativeError(float[] a, float[] b) {
    double worst = 0;
    double scale = 0;
    for (int i = 0; i < b.length; i++) {
      worst = Math.max(worst, Math.abs((double) a[i] - b[i]));
      scale = Math.max(scale, Math.abs(b[i]));
    }
    return worst == 0 ? 0 : worst / scale;
  }
}

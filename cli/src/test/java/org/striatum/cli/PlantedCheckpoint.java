package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// A Llama checkpoint whose weights are constructed, so that it is known which coordinates of the residual stream carry
/// the model's chance of success and which of them its output reads.
///
/// Each of 32 letters has a difficulty e, of mean 0 and variance 1 over the alphabet. Attention is uniform in every block;
/// that of block 0 carries the letters' content to the question mark, where the head decides between `y` and `n`:
///
///     logit(y) − logit(n) = 0.75 + 1.3 z,   z = √10 · mean of the prompt's e
///
/// [Code] says where z stands and what the head reads. All other functions of the letters are orthogonal to e, so that
/// they say nothing of the outcome. Coordinates are alike in RMS (within e^±0.35), but for [#large]: 24 of three
/// times that, off which the head reads the margin over malformed answers. Blocks 1 and 2 mix what was not planted and leave
/// the planted coordinates as they are.
///
/// @param folder where config.json, the weights and the tokenizer stand
/// @param planted coordinates, ascending: residual stream, from block 0 on
/// @param large coordinates that are large and say nothing of the outcome
record PlantedCheckpoint(Path folder, List<Integer> planted, List<Integer> large) {
  static final int WIDTH = 128;
  static final int LAYERS = 3;
  static final int PLANTED = 6;
  private static final int LARGE = 24;
  private static final int MLP_WIDTH = 64;
  private static final int HEADS = 4;

  // The logit of success.
  private static final double MEAN = 0.75;
  private static final double SPREAD = 1.3;
  /// What is left of the logit when the planted coordinates are zeroed.
  private static final double WITHOUT = -3;
  private static final double MARGIN = 7;
  private static final double EMBEDDED = 0.7;
  /// How far letters differ on a coordinate, in units of what they have in common there.
  private static final double CONTRAST = 1.1;
  private static final double LATER = 0.15;

  /// Tokens: `<pad>`, `<s>`, `</s>`, the marks, then the alphabet.
  private static final List<String> TOKENS = tokens();
  private static final int BOS = 1;
  private static final int EOS = 2;
  private static final int ASK = 3;
  private static final int YES = 4;
  private static final int NO = 5;
  private static final int FIRST_LETTER = 6;
  private static final int LETTERS = PlantedProblems.ALPHABET.length();

  /// Where the estimate of success stands and what the head reads.
  enum Code {
    /// On the planted coordinates, which the head reads.
    READ(true, false, Head.PLANTED),
    /// On the planted coordinates and spread over all others; the head reads only the latter.
    CUT(true, true, Head.DENSE),
    /// Spread over all but the planted coordinates, which are ordinary.
    DENSE(false, true, Head.DENSE),
    /// Difficulty stands on the planted coordinates and nothing is made of it: success is a coin flip.
    COIN(true, false, Head.CONSTANT);

    private enum Head {
      PLANTED, DENSE, CONSTANT
    }

    private final boolean sparse;
    private final boolean dense;
    private final Head head;

    /// How far letters differ on each coordinate of the dense copy. Beside a planted one it is so thin that no single
    /// coordinate of it outranks a planted one.
    private double denseContrast() {
      return sparse ? 0.15 : 0.4;
    }

    Code(boolean sparse, boolean dense, Head head) {
      this.sparse = sparse;
      this.dense = dense;
      this.head = head;
    }
  }

  PlantedCheckpoint {
    planted = List.copyOf(planted);
    large = List.copyOf(large);
  }

  /// Writes a checkpoint folder.
  ///
  /// @param seed of everything that is not said
  static PlantedCheckpoint write(Path folder, Code code, long seed) throws IOException {
    return new Construction(code, new SplittableRandom(seed)).write(Files.createDirectories(folder));
  }

  private static List<String> tokens() {
    List<String> tokens = new ArrayList<>(List.of("<pad>", "<s>", "</s>", "?", "y", "n"));
    PlantedProblems.ALPHABET.chars().forEach(c -> tokens.add(String.valueOf((char) c)));
    return List.copyOf(tokens);
  }

  /// The weights, in the making. *Unit space* is the stream without planted coordinates, each divided by its scale.
  private static final class Construction {
    private final Code code;
    private final RandomGenerator random;
    private final int[] planted;
    private final int[] others;
    private final int[] large;
    private final double[] scale = new double[WIDTH];
    private final double[] sign = new double[WIDTH];
    private final SequencedMap<String, float[]> tensors = new LinkedHashMap<>();
    private final SequencedMap<String, List<Long>> shapes = new LinkedHashMap<>();

    Construction(Code code, RandomGenerator random) {
      this.code = code;
      this.random = random;
      List<Integer> shuffled = new ArrayList<>(IntStream.range(0, WIDTH).boxed().toList());
      for (int i = WIDTH - 1; i > 0; i--) {
        Collections.swap(shuffled, i, random.nextInt(i + 1));
      }
      planted = sorted(shuffled.subList(0, PLANTED));
      others = sorted(shuffled.subList(PLANTED, WIDTH));
      large = sorted(shuffled.subList(PLANTED, PLANTED + LARGE));
      for (int j = 0; j < WIDTH; j++) {
        scale[j] = Math.exp(random.nextDouble(-0.3, 0.3));
        sign[j] = random.nextBoolean() ? 1 : -1;
      }
      for (int j : planted) {
        scale[j] = 1.2 * Math.exp(random.nextDouble(-0.15, 0.15));
      }
      for (int j : large) {
        scale[j] = 3 * Math.exp(random.nextDouble(-0.15, 0.15));
      }
    }

    private static int[] sorted(List<Integer> coordinates) {
      return coordinates.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    PlantedCheckpoint write(Path folder) throws IOException {
      build();
      List<Declared> declared = shapes.entrySet().stream()
          .map(entry -> new Declared(entry.getKey(), DType.F32, entry.getValue())).toList();
      try (SafetensorsWriter writer = new SafetensorsWriter(folder.resolve("model.safetensors"), declared,
          Map.of("format", "pt"))) {
        for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
          writer.append(tensor.getKey(), tensor.getValue(), 0, tensor.getValue().length);
        }
      }
      Files.writeString(folder.resolve("config.json"), config());
      Files.writeString(folder.resolve("generation_config.json"),
          "{\"bos_token_id\": %d, \"eos_token_id\": %d, \"pad_token_id\": 0}\n".formatted(BOS, EOS));
      Files.writeString(folder.resolve("tokenizer.json"), tokenizer());
      Files.writeString(folder.resolve("tokenizer_config.json"), """
          {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "tokenizer_class": "PreTrainedTokenizerFast"}
          """);
      return new PlantedCheckpoint(folder, Arrays.stream(planted).boxed().toList(),
          Arrays.stream(large).boxed().toList());
    }

    private void build() {
      int n = others.length;
      double[] sizes = Arrays.stream(others)
          .mapToDouble(j -> Arrays.binarySearch(large, j) < 0 ? 0 : scale[j] * scale[j]).toArray();

      // Directions of unit space with RMS 1: each orthogonal to all before it.
      List<double[]> directions = new ArrayList<>();
      // The margin is read off the large coordinates alone: nothing else may lie on what it reads.
      double[] ask = direction(n, directions);
      orthogonalised(weighted(ask, sizes), directions);
      double[] done = direction(n, directions);
      orthogonalised(weighted(done, sizes), directions);
      double[] dense = direction(n, directions);
      int reserved = directions.size();
      double[][] embedding = new double[TOKENS.size()][];
      for (int token = 0; token < TOKENS.size(); token++) {
        embedding[token] = token == ASK ? ask : direction(n, directions);
        if (token == YES || token == NO) {
          embedding[token] = sum(done, 0.3, embedding[token]);
        }
      }

      // What each letter carries: (letters, width).
      double[][] functions = functions();
      double[] difficulty = functions[0];
      double[][] content = new double[LETTERS][WIDTH];
      double[][] mixes = new double[n][];
      for (int i = 0; i < n; i++) {
        mixes[i] = mix(functions, 1 + PLANTED);
      }
      for (int a = 0; a < LETTERS; a++) {
        double[] unit = new double[n];
        for (int i = 0; i < n; i++) {
          unit[i] = sign[others[i]] * (1 + CONTRAST * Math.sqrt(2) * mixes[i][a]);
        }
        unit = orthogonalised(unit, directions.subList(0, reserved), false);
        for (int i = 0; i < n; i++) {
          double spread = code.dense ? code.denseContrast() * difficulty[a] * dense[i] : 0;
          content[a][others[i]] = scale[others[i]] * (unit[i] + spread);
        }
      }
      for (int k = 0; k < PLANTED; k++) {
        double[] own = noise(functions, k);
        double[] ordinary = mix(functions, 1 + PLANTED);
        int j = planted[k];
        for (int a = 0; a < LETTERS; a++) {
          double varying = code.sparse ? difficulty[a] + own[a] : Math.sqrt(2) * ordinary[a];
          content[a][j] = scale[j] * sign[j] * (1 + CONTRAST * varying);
        }
      }

      // Embedding, and the map from normed embeddings to content.
      float[] embed = new float[TOKENS.size() * WIDTH];
      double[][] carry = new double[WIDTH][WIDTH];
      for (int token = 0; token < TOKENS.size(); token++) {
        double square = 0;
        for (int i = 0; i < n; i++) {
          double value = EMBEDDED * scale[others[i]] * embedding[token][i];
          embed[token * WIDTH + others[i]] = (float) value;
          square += value * value;
        }
        if (token >= FIRST_LETTER) {
          double rms = Math.sqrt(square / WIDTH);
          for (int out = 0; out < WIDTH; out++) {
            for (int i = 0; i < n; i++) {
              carry[out][others[i]] += content[token - FIRST_LETTER][out] * embedding[token][i] * rms / EMBEDDED / n;
            }
          }
        }
      }
      put("model.embed_tokens.weight", embed, TOKENS.size(), WIDTH);
      for (int layer = 0; layer < LAYERS; layer++) {
        block(layer, carry);
      }
      float[] ones = new float[WIDTH];
      Arrays.fill(ones, 1);
      put("model.norm.weight", ones, WIDTH);
      put("lm_head.weight", head(ask, done, dense, sizes, content), TOKENS.size(), WIDTH);
    }

    /// Attention attends to all alike: queries and keys are 0. Values pass, and o_proj says what becomes of their mean.
    private void block(int layer, double[][] carry) {
      String name = "model.layers." + layer + ".";
      float[] inNorm = new float[WIDTH];
      float[] postNorm = new float[WIDTH];
      float[] values = new float[WIDTH * WIDTH];
      Arrays.fill(postNorm, 1);
      for (int j = 0; j < WIDTH; j++) {
        inNorm[j] = layer == 0 ? (float) (1 / scale[j]) : 1;
        values[j * WIDTH + j] = 1;
      }
      put(name + "input_layernorm.weight", inNorm, WIDTH);
      put(name + "self_attn.q_proj.weight", new float[WIDTH * WIDTH], WIDTH, WIDTH);
      put(name + "self_attn.k_proj.weight", new float[WIDTH * WIDTH], WIDTH, WIDTH);
      put(name + "self_attn.v_proj.weight", values, WIDTH, WIDTH);
      put(name + "self_attn.o_proj.weight",
          layer == 0 ? flat(carry) : mixing(WIDTH, WIDTH, true, true, LATER / Math.sqrt(WIDTH)), WIDTH, WIDTH);
      put(name + "post_attention_layernorm.weight", postNorm, WIDTH);
      put(name + "mlp.gate_proj.weight", mixing(MLP_WIDTH, WIDTH, false, true, 1 / Math.sqrt(WIDTH)), MLP_WIDTH, WIDTH);
      put(name + "mlp.up_proj.weight", mixing(MLP_WIDTH, WIDTH, false, true, 1 / Math.sqrt(WIDTH)), MLP_WIDTH, WIDTH);
      put(name + "mlp.down_proj.weight", mixing(WIDTH, MLP_WIDTH, true, false, LATER / Math.sqrt(MLP_WIDTH)), WIDTH,
          MLP_WIDTH);
    }

    /// The last norm divides by the state's RMS, which hardly varies; the head's rows undo its mean.
    private float[] head(double[] ask, double[] done, double[] dense, double[] sizes, double[][] content) {
      int n = others.length;
      double total = Arrays.stream(sizes).sum();
      double rms = typicalRms(ask, content);
      double share = PlantedProblems.LETTERS / (PlantedProblems.LETTERS + 2.0);
      double perDifficulty = SPREAD * Math.sqrt(PlantedProblems.LETTERS) / share;
      double[][] rows = new double[TOKENS.size()][WIDTH];
      for (int token = 0; token < TOKENS.size(); token++) {
        for (int j : others) {
          rows[token][j] = 0.5 * random.nextGaussian() / Math.sqrt(WIDTH) / scale[j] / rms;
        }
      }
      Arrays.fill(rows[YES], 0);
      Arrays.fill(rows[NO], 0);
      for (int i = 0; i < n; i++) {
        int j = others[i];
        double asked = ask[i] * scale[j] / EMBEDDED / total;
        double answered = done[i] * scale[j] / EMBEDDED / total;
        rows[YES][j] += MARGIN * asked;
        rows[NO][j] += MARGIN * asked;
        rows[EOS][j] += 2 * MARGIN * answered;
        double alone = code.head == Code.Head.PLANTED ? WITHOUT : MEAN;
        double constant = alone * ask[i] / scale[j] / EMBEDDED / n;
        double spread = code.head == Code.Head.DENSE
            ? perDifficulty / code.denseContrast() * dense[i] / scale[j] / n
            : 0;
        rows[YES][j] += 0.5 * (constant + spread);
        rows[NO][j] -= 0.5 * (constant + spread);
      }
      if (code.head == Code.Head.PLANTED) {
        for (int j : planted) {
          double weight = (MEAN - WITHOUT) / share / PLANTED * sign[j] / scale[j];
          rows[YES][j] += 0.5 * weight;
          rows[NO][j] -= 0.5 * weight;
        }
      }
      float[] flat = flat(rows);
      for (int k = 0; k < flat.length; k++) {
        flat[k] *= (float) rms;
      }
      return flat;
    }

    /// RMS of the state at the question mark behind block 0, averaged over random prompts.
    private double typicalRms(double[] ask, double[][] content) {
      int prompts = 256;
      double sum = 0;
      for (int p = 0; p < prompts; p++) {
        double[] state = new double[WIDTH];
        for (int i = 0; i < others.length; i++) {
          state[others[i]] = EMBEDDED * scale[others[i]] * ask[i];
        }
        for (int t = 0; t < PlantedProblems.LETTERS; t++) {
          double[] letter = content[random.nextInt(LETTERS)];
          for (int j = 0; j < WIDTH; j++) {
            state[j] += letter[j] / (PlantedProblems.LETTERS + 2);
          }
        }
        sum += Math.sqrt(Arrays.stream(state).map(x -> x * x).sum() / WIDTH);
      }
      return sum / prompts;
    }

    /// Random weights that neither read nor write the planted coordinates, and write others by their scale.
    private float[] mixing(int rows, int columns, boolean writes, boolean reads, double size) {
      double[][] weights = new double[rows][columns];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          weights[r][c] = random.nextGaussian() * size * (writes ? scale[r] : 1);
        }
      }
      for (int j : planted) {
        if (writes) {
          Arrays.fill(weights[j], 0);
        }
        if (reads) {
          for (double[] row : weights) {
            row[j] = 0;
          }
        }
      }
      return flat(weights);
    }

    /// Functions of a letter, orthonormal over the alphabet and of mean 0: difficulty first.
    private double[][] functions() {
      double[] constant = new double[LETTERS];
      Arrays.fill(constant, 1);
      List<double[]> basis = new ArrayList<>(List.of(constant));
      while (basis.size() < LETTERS) {
        direction(LETTERS, basis);
      }
      return basis.subList(1, LETTERS).toArray(double[][]::new);
    }

    /// A random function out of those from `first` on.
    private double[] mix(double[][] functions, int first) {
      double[] weights = random.doubles(functions.length - first, -1, 1).toArray();
      double norm = Math.sqrt(Arrays.stream(weights).map(w -> w * w).sum());
      double[] mixed = new double[LETTERS];
      for (int f = 0; f < weights.length; f++) {
        for (int a = 0; a < LETTERS; a++) {
          mixed[a] += weights[f] / norm * functions[first + f][a];
        }
      }
      return mixed;
    }

    /// What planted coordinate k carries beside difficulty: as much, and summing to 0 over them, so that difficulty is
    /// better known from several.
    private static double[] noise(double[][] functions, int k) {
      double[] noise = new double[LETTERS];
      for (int f = 0; f < PLANTED; f++) {
        double weight = ((f == k ? 1 : 0) - 1.0 / PLANTED) / Math.sqrt(1 - 1.0 / PLANTED);
        for (int a = 0; a < LETTERS; a++) {
          noise[a] += weight * functions[1 + f][a];
        }
      }
      return noise;
    }

    /// A random direction of RMS 1 orthogonal to the given ones, added to them.
    private double[] direction(int n, List<double[]> before) {
      return orthogonalised(IntStream.range(0, n).mapToDouble(_ -> random.nextGaussian()).toArray(), before);
    }

    private static double[] orthogonalised(double[] vector, List<double[]> before) {
      double[] result = orthogonalised(vector, before, true);
      before.add(result);
      return result;
    }

    private static double[] orthogonalised(double[] vector, List<double[]> before, boolean unit) {
      double[] result = vector.clone();
      for (double[] other : before) {
        double overlap = dot(result, other) / dot(other, other);
        for (int i = 0; i < result.length; i++) {
          result[i] -= overlap * other[i];
        }
      }
      if (unit) {
        double rms = Math.sqrt(dot(result, result) / result.length);
        for (int i = 0; i < result.length; i++) {
          result[i] /= rms;
        }
      }
      return result;
    }

    private static double dot(double[] one, double[] two) {
      double sum = 0;
      for (int i = 0; i < one.length; i++) {
        sum += one[i] * two[i];
      }
      return sum;
    }

    private static double[] weighted(double[] vector, double[] weights) {
      double[] result = new double[vector.length];
      Arrays.setAll(result, i -> vector[i] * weights[i]);
      return result;
    }

    private static double[] sum(double[] one, double factor, double[] two) {
      double[] result = new double[one.length];
      Arrays.setAll(result, i -> one[i] + factor * two[i]);
      return result;
    }

    private static float[] flat(double[][] rows) {
      float[] flat = new float[rows.length * rows[0].length];
      for (int k = 0; k < flat.length; k++) {
        flat[k] = (float) rows[k / rows[0].length][k % rows[0].length];
      }
      return flat;
    }

    private void put(String name, float[] values, long... shape) {
      tensors.put(name, values);
      shapes.put(name, Arrays.stream(shape).boxed().toList());
    }

    private static String config() {
      return """
          {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d,
            "num_attention_heads": %d, "num_key_value_heads": %d, "head_dim": %d,
            "hidden_act": "silu", "rms_norm_eps": 1e-6, "max_position_embeddings": 64,
            "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
            "attention_bias": false, "mlp_bias": false, "tie_word_embeddings": false,
            "bos_token_id": %d, "eos_token_id": %d, "pad_token_id": 0,
            "dtype": "float32", "vocab_size": %d
          }
          """.formatted(WIDTH, MLP_WIDTH, LAYERS, HEADS, HEADS, WIDTH / HEADS, BOS, EOS, TOKENS.size());
    }

    private static String tokenizer() {
      StringBuilder vocabulary = new StringBuilder();
      StringBuilder added = new StringBuilder();
      for (int id = 0; id < TOKENS.size(); id++) {
        vocabulary.append(id == 0 ? "" : ", ").append("\"%s\": %d".formatted(TOKENS.get(id), id));
        if (id <= EOS) {
          added.append(id == 0 ? "" : ", ").append("""
              {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true}""".formatted(id, TOKENS.get(id)));
        }
      }
      return """
          {
            "version": "1.0", "truncation": null, "padding": null,
            "added_tokens": [%s],
            "normalizer": null,
            "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "[\\\\s\\\\S]"}, "behavior": "Isolated", "invert": false},
            "post_processor": {
              "type": "TemplateProcessing",
              "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
              "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
              "special_tokens": {"<s>": {"id": "<s>", "ids": [%d], "tokens": ["<s>"]}}
            },
            "decoder": {"type": "Fuse"},
            "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "<pad>"}
          }
          """.formatted(added, BOS, vocabulary);
    }
  }
}

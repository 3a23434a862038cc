package org.striatum.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// A small Llama checkpoint with Qwen's tokenizer layout whose weights are written by hand, so that it is known what it
/// says: which token may follow which, and what it prefers among those, by the key word in its prompt.
///
/// The embedding is the identity. One attention head finds the key and adds its direction, and its leaning to one coordinate of
/// its own; the head reads
///
///     logit(next | token, key) = 30 · [next may follow token] + preference(key, next)
///
/// Of several keys the strongest counts.
final class WrittenModel {
  /// The messages in ChatML, with the system message that Qwen 2.5 has when none is given.
  static final String CHATML = """
      {%- if messages[0]['role'] == 'system' %}
          {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
      {%- else %}
          {{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}
      {%- endif %}
      {%- for message in messages %}
          {%- if message.role == 'user' or message.role == 'system' and not loop.first %}
              {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
          {%- elif message.role == 'assistant' %}
              {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
          {%- endif %}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|im_start|>assistant\\n' }}
      {%- endif %}
      """;
  /// The same, with thoughts taken out of earlier turns, as in Qwen 3.
  static final String THINKING = """
      {%- for message in messages %}
          {%- set content = message.content %}
          {%- if message.role == 'assistant' and '</think>' in content %}
              {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
          {%- endif %}
          {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|im_start|>assistant\\n' }}
          {%- if enable_thinking is defined and enable_thinking is false %}
              {{- '<think>\\n\\n</think>\\n\\n' }}
          {%- endif %}
      {%- endif %}
      """;
  static final String END_OF_TURN = "<|im_end|>";
  static final String END = "<|endoftext|>";
  private static final List<String> SPECIAL = List.of(END, "<|im_start|>", END_OF_TURN, "<think>", "</think>");
  private static final int HEAD = 64;
  private static final int MLP = 8;
  private static final double FOLLOWS = 30;
  /// Attention's logit at a key of strength 1.
  private static final double FOUND = 20;

  private final List<String> texts = new ArrayList<>();
  private final List<String> paths = new ArrayList<>();
  private final SequencedMap<String, Key> keys = new LinkedHashMap<>();
  private final SequencedMap<String, float[]> tensors = new LinkedHashMap<>();
  private final SequencedMap<String, List<Long>> shapes = new LinkedHashMap<>();

  /// A word of the prompt and what it does.
  ///
  /// @param leaning what the planted coordinate is given
  /// @param preferences logit by word
  private record Key(double strength, double leaning, Map<String, Double> preferences) {}

  /// Texts whose words are to be single tokens.
  WrittenModel knowing(List<String> more) {
    texts.addAll(more);
    return this;
  }

  /// A text whose tokens may follow one another.
  WrittenModel saying(String path) {
    paths.add(path);
    return this;
  }

  /// A word of a prompt, with its space, that decides what is preferred.
  WrittenModel key(String word, double strength, double leaning, Map<String, Double> preferences) {
    keys.put(word, new Key(strength, leaning, Map.copyOf(preferences)));
    return this;
  }

  /// Writes the checkpoint folder.
  ///
  /// @param template null for a base model
  void write(Path folder, String template) throws IOException {
    Files.createDirectories(folder);
    List<String> all = new ArrayList<>(texts);
    all.addAll(paths);
    all.addAll(keys.keySet());
    keys.values().forEach(key -> all.addAll(key.preferences().keySet()));
    all.add("system\nuser\nassistant\nYou are a helpful assistant.\n");
    TinyBpe words = TinyBpe.train(all, SPECIAL);
    weights(words);
    List<Declared> declared = shapes.entrySet().stream()
        .map(entry -> new Declared(entry.getKey(), DType.F32, entry.getValue())).toList();
    try (SafetensorsWriter writer = new SafetensorsWriter(folder.resolve("model.safetensors"), declared,
        Map.of("format", "pt"))) {
      for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
        writer.append(tensor.getKey(), tensor.getValue(), 0, tensor.getValue().length);
      }
    }
    ObjectMapper json = new ObjectMapper();
    json.writeValue(folder.resolve("config.json").toFile(), config(json, words));
    ObjectNode generation = json.createObjectNode().put("do_sample", true).put("pad_token_id", words.id(END));
    ArrayNode ends = generation.putArray("eos_token_id");
    List.of(END_OF_TURN, END).forEach(end -> ends.add(words.id(end)));
    json.writeValue(folder.resolve("generation_config.json").toFile(), generation);
    json.writeValue(folder.resolve("tokenizer.json").toFile(), words.json());
    json.writeValue(folder.resolve("tokenizer_config.json").toFile(),
        words.config(template == null ? END : END_OF_TURN, template));
  }

  /// Where the leaning of the key stands in the residual stream, from block 0 on.
  private int planted(int vocabulary) {
    return vocabulary + 1 + keys.size();
  }

  private void weights(TinyBpe words) {
    int vocabulary = words.size();
    int width = vocabulary + 2 + keys.size();
    if (keys.size() + 1 > HEAD) {
      throw new IllegalArgumentException("at most " + (HEAD - 1) + " keys, found " + keys.size());
    }
    float[] embedding = new float[vocabulary * width];
    for (int token = 0; token < vocabulary; token++) {
      embedding[token * width + token] = 1;
      embedding[token * width + vocabulary] = 1;
    }
    put("model.embed_tokens.weight", embedding, vocabulary, width);
    block(0, width, attention(words, width));
    block(1, width, new float[][]{new float[HEAD * width], new float[HEAD * width], new float[HEAD * width],
        new float[width * HEAD]});
    put("model.norm.weight", ones(width), width);
    put("lm_head.weight", head(words, width), vocabulary, width);
  }

  /// Query, key, value and output: on the rotary pair that turns least, every query asks for keys.
  private float[][] attention(TinyBpe words, int width) {
    int vocabulary = words.size();
    double normed = Math.sqrt(width / 2.0); // of an embedding's two ones
    float[] query = new float[HEAD * width];
    float[] key = new float[HEAD * width];
    float[] value = new float[HEAD * width];
    float[] output = new float[width * HEAD];
    int slowest = HEAD / 2 - 1;
    double each = Math.sqrt(FOUND * Math.sqrt(HEAD)) / normed;
    query[slowest * width + vocabulary] = (float) each;
    int slot = 0;
    for (Map.Entry<String, Key> entry : keys.entrySet()) {
      int token = words.id(entry.getKey());
      key[slowest * width + token] = (float) (each * entry.getValue().strength());
      value[slot * width + token] = (float) (1 / normed);
      value[(HEAD - 1) * width + token] = (float) (entry.getValue().leaning() / normed);
      output[(vocabulary + 1 + slot) * HEAD + slot] = 1;
      slot++;
    }
    output[planted(vocabulary) * HEAD + HEAD - 1] = 1;
    return new float[][]{query, key, value, output};
  }

  private void block(int layer, int width, float[][] attention) {
    String name = "model.layers." + layer + ".";
    put(name + "input_layernorm.weight", ones(width), width);
    put(name + "self_attn.q_proj.weight", attention[0], HEAD, width);
    put(name + "self_attn.k_proj.weight", attention[1], HEAD, width);
    put(name + "self_attn.v_proj.weight", attention[2], HEAD, width);
    put(name + "self_attn.o_proj.weight", attention[3], width, HEAD);
    put(name + "post_attention_layernorm.weight", ones(width), width);
    put(name + "mlp.gate_proj.weight", new float[MLP * width], MLP, width);
    put(name + "mlp.up_proj.weight", new float[MLP * width], MLP, width);
    put(name + "mlp.down_proj.weight", new float[width * MLP], width, MLP);
  }

  /// The last norm sees the token, the constant and the key: three ones, and a leaning that is small beside them.
  private float[] head(TinyBpe words, int width) {
    int vocabulary = words.size();
    double undo = Math.sqrt(3.0 / width);
    float[] head = new float[vocabulary * width];
    for (String path : new LinkedHashSet<>(paths)) {
      int[] tokens = words.encode(path);
      for (int i = 0; i + 1 < tokens.length; i++) {
        head[tokens[i + 1] * width + tokens[i]] = (float) (FOLLOWS * undo);
      }
    }
    int slot = 0;
    for (Key key : keys.values()) {
      int column = vocabulary + 1 + slot++;
      key.preferences().forEach((word, logit) -> head[words.id(word) * width + column] = (float) (logit * undo));
    }
    return head;
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private void put(String name, float[] values, long... shape) {
    tensors.put(name, values);
    shapes.put(name, Arrays.stream(shape).boxed().toList());
  }

  private ObjectNode config(ObjectMapper json, TinyBpe words) {
    ObjectNode config = json.createObjectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    return config.put("model_type", "llama").put("hidden_size", words.size() + 2 + keys.size())
        .put("intermediate_size", MLP).put("num_hidden_layers", 2).put("num_attention_heads", 1)
        .put("num_key_value_heads", 1).put("head_dim", HEAD).put("hidden_act", "silu").put("rms_norm_eps", 1e-6)
        .put("max_position_embeddings", 512).put("rope_theta", 1e6).put("attention_bias", false).put("mlp_bias", false)
        .put("tie_word_embeddings", false).put("eos_token_id", words.id(END)).put("torch_dtype", "float32")
        .put("vocab_size", words.size());
  }
}

package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.cli.console.ExitCode;
import org.striatum.datasets.RolloutFile;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// What a model generates, written down as other programs write it and imported again, has the tokens that were generated.
///
/// The models are GPT-2s that say at each position what they were written to say there, whatever stands before: so a
/// completion has the tokens that its text has behind its prompt, and tokenizers of every kind can be tried.
class ImportedIdsTest {
  private static final Path LAYOUTS = Session.GOLDEN.resolve("text");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int POSITIONS = 384;
  private static final int INNER = 4;
  /// Writes the messages as they stand, behind the token that every text begins with.
  private static final String TEMPLATE = "{% for m in messages %}{{ m.content }}{% endfor %}";
  private static final List<String> COMPLETIONS = List.of(" there are 12 eggs in total", " 7 boxes",
      " the answer is 42 of the boxes and 3 eggs", " of the eggs", " many");
  /// That a vocabulary of lower-case words cannot say.
  private static final List<String> FURTHER = List.of("\n\nSo the sum is 19.\n#### 19", " é你好,  two  spaces ",
      "ly, (B)",
      "1 + 1 = 2\n");

  @TempDir
  private Path folder;

  /// A prompt and what is to be said behind it.
  private record Said(String prompt, int[] prompted, int[] written) {}

  @ParameterizedTest
  @CsvSource({"gpt2-files,false", "qwen2-files,false", "qwen2-files,true", "llama-adds-bos,false", "llama-model,true",
      "gemma-model,false", "spm-bpe,false", "spm-unigram,false", "spm-unigram-bytes,false"})
  void idsOfAnImportAreThoseOfGenerating(String layout, boolean chat) throws IOException {
    Path checkpoint = Session.copy(LAYOUTS.resolve(layout), folder.resolve("checkpoint"));
    if (chat) {
      Files.writeString(checkpoint.resolve("chat_template.jinja"), begins(checkpoint) + TEMPLATE);
    }
    if (layout.startsWith("spm")) { // a GPT-2 has another tokenizer of its own
      Files.writeString(checkpoint.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"PreTrainedTokenizer\"}");
    }
    List<String> completions = new ArrayList<>(COMPLETIONS);
    completions.addAll(layout.equals("spm-unigram") ? List.of() : FURTHER);
    List<Said> said = said(checkpoint, completions);
    write(checkpoint, said);
    List<Rollout> generated = generated(checkpoint, said, chat);
    for (int i = 0; i < said.size(); i++) {
      int[] written = said.get(i).written();
      assertThat(generated.get(i).sequence().continuation()).as("the model says what it is to say").isEqualTo(written);
      assertThat(generated.get(i).finished()).isTrue();
    }
    List<Rollout> imported = imported(checkpoint, generated, said, chat);
    assertThat(imported).hasSameSizeAs(generated);
    for (int i = 0; i < said.size(); i++) {
      assertThat(imported.get(i).tokens()).as("'%s'", generated.get(i).completion())
          .isEqualTo(generated.get(i).tokens());
      assertThat(imported.get(i).promptLength()).isEqualTo(generated.get(i).promptLength());
      assertThat(imported.get(i).completion()).isEqualTo(generated.get(i).completion());
    }
  }

  /// Before anything is run or kept, and said of the texts; what fits then goes to the same folder (openai/gpt-2#121).
  @Test
  void whatPassesTheLastPositionIsRefused() throws IOException {
    Path checkpoint = Session.copy(LAYOUTS.resolve("gpt2-files"), folder.resolve("checkpoint"));
    write(checkpoint, said(checkpoint, COMPLETIONS));
    List<String> questions = new ArrayList<>();
    List<String> completions = new ArrayList<>();
    for (int eggs : new int[]{1, 2, 120}) {
      String text = "how many" + " eggs".repeat(eggs);
      questions.add("{\"question\": \"%s\", \"answer\": \"#### 1\"}".formatted(text));
      completions.add("{\"prompt\": \"%d:\", \"outputs\": [{\"text\": \"%s\", \"score\": 1}]}".formatted(eggs, text));
    }
    Path data = Files.write(folder.resolve("questions.jsonl"), questions);
    Path run = folder.resolve("run");
    for (Object[] command : List.of(new Object[]{"rollouts", checkpoint, "--data", data, "--output", run},
        new Object[]{"rollouts", checkpoint, "--data", data, "--dry-run"},
        new Object[]{"rollouts", checkpoint, "--import", Files.write(folder.resolve("made.jsonl"), completions),
            "--output", folder.resolve("made")})) {
      Session refused = Session.of(command);
      assertThat(refused.code()).as(refused.err()).isEqualTo(ExitCode.BAD_DATA);
      assertThat(refused.err()).contains("at most 384 positions", " 1 of 3 ");
    }
    assertThat(run.resolve("rollouts.jsonl")).doesNotExist();
    Files.write(data, questions.subList(0, 2));
    Session fits = Session.of("rollouts", checkpoint, "--data", data, "--output", run);
    assertThat(fits.code()).as(fits.err()).isEqualTo(ExitCode.DONE);
  }

  private static String begins(Path checkpoint) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(checkpoint, Integer.MAX_VALUE)) {
      return tokenizer.policy().before().isEmpty() ? "" : "{{ bos_token }}";
    }
  }

  /// Each prompt ends behind all that was said before, so that no two say anything at one position.
  private static List<Said> said(Path checkpoint, List<String> completions) throws IOException {
    List<Said> said = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.open(checkpoint, Integer.MAX_VALUE)) {
      int free = 0;
      String prompt = "how many eggs";
      for (String completion : completions) {
        while (tokenizer.encodePrompt(prompt).length < free) {
          prompt += " of the boxes";
        }
        int[] prompted = tokenizer.encodePrompt(prompt);
        int[] whole = tokenizer.encodePrompt(prompt + completion);
        assertThat(whole).startsWith(prompted);
        said.add(new Said(prompt, prompted, Arrays.copyOfRange(whole, prompted.length, whole.length)));
        free = whole.length + 1;
        assertThat(free).isLessThan(POSITIONS);
      }
    }
    return said;
  }

  private List<Rollout> generated(Path checkpoint, List<Said> said, boolean chat) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Said one : said) {
      lines.add(JSON.writeValueAsString(JSON.createObjectNode().put("question", one.prompt()).put("answer", "12")));
    }
    Path data = Files.write(folder.resolve("questions.jsonl"), lines);
    return run("generated", "rollouts", checkpoint, "--data", data, "--columns", "prompt=question,answer=answer",
        "--grader", "number", "--temperature", 0, "--max-new-tokens", 48, chat ? "--chat" : "--raw");
  }

  private List<Rollout> imported(Path checkpoint, List<Rollout> generated, List<Said> said, boolean chat)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < said.size(); i++) {
      ObjectNode line = JSON.createObjectNode().put("answer", "12");
      ObjectNode output;
      if (chat) {
        line.putArray("messages").addObject().put("role", "user").put("content", said.get(i).prompt());
        output = line.putArray("choices").addObject().put("index", 0);
        output.putObject("message").put("role", "assistant").put("content", generated.get(i).completion());
      } else {
        output = line.put("prompt", said.get(i).prompt()).putArray("outputs").addObject().put("index", 0)
            .put("text", generated.get(i).completion());
      }
      output.put("finish_reason", generated.get(i).finished() ? "stop" : "length");
      lines.add(JSON.writeValueAsString((JsonNode) line));
    }
    Path file = Files.write(folder.resolve("completions.jsonl"), lines);
    return run("imported", "rollouts", checkpoint, "--import", file, "--grader", "number");
  }

  private List<Rollout> run(String name, Object... arguments) throws IOException {
    List<Object> words = new ArrayList<>(Arrays.asList(arguments));
    words.addAll(List.of("--output", folder.resolve(name)));
    Session session = Session.of(words.toArray());
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    return RolloutFile.read(folder.resolve(name).resolve("rollouts.jsonl"));
  }

  /// Embedding of tokens 0, of position p the p-th unit vector, blocks that add nothing; the end of the sequence is one row more
  /// than the tokenizer has.
  private static void write(Path checkpoint, List<Said> said) throws IOException {
    int vocabulary;
    try (Tokenizer tokenizer = Tokenizer.open(checkpoint, Integer.MAX_VALUE)) {
      vocabulary = tokenizer.vocabulary() + 1;
    }
    float[] positions = new float[POSITIONS * POSITIONS];
    for (int p = 0; p < POSITIONS; p++) {
      positions[p * POSITIONS + p] = 1;
    }
    float[] head = new float[vocabulary * POSITIONS];
    for (Said one : said) {
      for (int t = 0; t <= one.written().length; t++) {
        int token = t < one.written().length ? one.written()[t] : vocabulary - 1;
        head[token * POSITIONS + one.prompted().length - 1 + t] = 2;
      }
    }
    SequencedMap<Declared, float[]> tensors = new LinkedHashMap<>();
    put(tensors, "transformer.wte.weight", new float[vocabulary * POSITIONS], vocabulary, POSITIONS);
    put(tensors, "transformer.wpe.weight", positions, POSITIONS, POSITIONS);
    norm(tensors, "transformer.h.0.ln_1");
    linear(tensors, "transformer.h.0.attn.c_attn", POSITIONS, 3 * POSITIONS);
    linear(tensors, "transformer.h.0.attn.c_proj", POSITIONS, POSITIONS);
    norm(tensors, "transformer.h.0.ln_2");
    linear(tensors, "transformer.h.0.mlp.c_fc", POSITIONS, INNER);
    linear(tensors, "transformer.h.0.mlp.c_proj", INNER, POSITIONS);
    norm(tensors, "transformer.ln_f");
    put(tensors, "lm_head.weight", head, vocabulary, POSITIONS);
    try (SafetensorsWriter writer = new SafetensorsWriter(checkpoint.resolve("model.safetensors"),
        List.copyOf(tensors.sequencedKeySet()), Map.of("format", "pt"))) {
      for (Map.Entry<Declared, float[]> tensor : tensors.entrySet()) {
        writer.append(tensor.getKey().name(), tensor.getValue(), 0, tensor.getValue().length);
      }
    }
    ObjectNode config = JSON.createObjectNode().put("model_type", "gpt2").put("activation_function", "gelu_new")
        .put("n_embd", POSITIONS).put("n_head", 1).put("n_layer", 1).put("n_positions", POSITIONS)
        .put("n_inner", INNER).put("layer_norm_epsilon", 1e-5).put("tie_word_embeddings", false)
        .put("eos_token_id", vocabulary - 1).put("vocab_size", vocabulary);
    JSON.writeValue(checkpoint.resolve("config.json").toFile(), config);
  }

  private static void norm(SequencedMap<Declared, float[]> tensors, String name) {
    float[] ones = new float[POSITIONS];
    Arrays.fill(ones, 1);
    put(tensors, name + ".weight", ones, POSITIONS);
    put(tensors, name + ".bias", new float[POSITIONS], POSITIONS);
  }

  private static void linear(SequencedMap<Declared, float[]> tensors, String name, int in, int out) {
    put(tensors, name + ".weight", new float[in * out], in, out);
    put(tensors, name + ".bias", new float[out], out);
  }

  private static void put(SequencedMap<Declared, float[]> tensors, String name, float[] values, long... shape) {
    tensors.put(new Declared(name, DType.F32, Arrays.stream(shape).boxed().toList()), values);
  }
}

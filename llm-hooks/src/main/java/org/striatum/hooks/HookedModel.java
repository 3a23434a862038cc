package org.striatum.hooks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// A checkpoint opened for reading and gating: weights mapped, decoder described, runtime and tokenizer at hand.
///
/// Not thread-safe; whoever opens it closes it.
public final class HookedModel implements AutoCloseable {
  private final Checkpoint checkpoint;
  private final Decoder decoder;
  private final Memory memory;
  private final List<Integer> endOfSequence;
  private final OnnxModel model;
  private Optional<Tokenizer> tokenizer = Optional.empty();

  private HookedModel(Checkpoint checkpoint, Decoder decoder, Memory memory, List<Integer> endOfSequence, int threads)
      throws CheckpointException {
    this.checkpoint = checkpoint;
    this.decoder = decoder;
    this.memory = memory;
    this.endOfSequence = List.copyOf(endOfSequence);
    this.model = new OnnxModel(checkpoint, decoder, memory, threads, endOfSequence);
  }

  /// Opens a Hugging Face checkpoint folder; no weight is copied.
  ///
  /// @param memory how weights are held; empty to choose by size
  /// @param threads of the runtime; 0 for one a core
  /// @throws CheckpointException in one line: what is wrong and what to do
  public static HookedModel open(Path folder, Optional<Memory> memory, int threads) throws CheckpointException {
    Checkpoint checkpoint = Checkpoint.open(folder);
    try {
      return new HookedModel(checkpoint, Decoder.of(checkpoint),
          memory.orElseGet(() -> Memory.fitting(checkpoint.weightBytes())), endOfSequence(checkpoint), threads);
    } catch (CheckpointException | RuntimeException refused) {
      checkpoint.close();
      throw refused;
    }
  }

  /// `generation_config.json` decides where there is one, as in the reference implementation; else `config.json`.
  private static List<Integer> endOfSequence(Checkpoint checkpoint) throws CheckpointException {
    Path generation = checkpoint.folder().resolve("generation_config.json");
    if (Files.isRegularFile(generation)) {
      ModelConfig config = ModelConfig.read(generation);
      if (config.has("eos_token_id")) {
        return config.tokenIds("eos_token_id");
      }
    }
    return checkpoint.config().tokenIds("eos_token_id");
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  public Decoder decoder() {
    return decoder;
  }

  public Memory memory() {
    return memory;
  }

  /// The model, ready to be recorded, gated and sampled.
  public GatedModel model() {
    return model;
  }

  /// The same as an ONNX model.
  public OnnxModel onnx() {
    return model;
  }

  /// Tokens that end a completion.
  public List<Integer> endOfSequence() {
    return endOfSequence;
  }

  /// The checkpoint's tokenizer, opened on first use.
  ///
  /// @throws CheckpointException if there is none or it does not fit the model
  public Tokenizer tokenizer() throws CheckpointException {
    if (tokenizer.isEmpty()) {
      tokenizer = Optional
          .of(Tokenizer.open(checkpoint.folder().resolve("tokenizer.json"), decoder.shape().vocabulary()));
    }
    return tokenizer.get();
  }

  public boolean hasTokenizer() {
    return Files.isRegularFile(checkpoint.folder().resolve("tokenizer.json"));
  }

  /// The hook points a pattern names, `*` standing for any text: `blocks.*.hook_resid_post`.
  ///
  /// @throws IllegalArgumentException if it names none
  public List<HookPoint> hookPoints(String pattern) {
    String regex = Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    List<HookPoint> found = model.hookPoints().stream().filter(hook -> hook.toString().matches(regex)).toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException("no hook point matches '" + pattern + "': `striatum inspect` lists them");
    }
    return found;
  }

  /// A prompt and what follows it, as tokens; the end-of-sequence token behind it if the model has one.
  public TokenSequence sequence(String prompt, String continuation) throws CheckpointException {
    int[] before = tokenizer().encode(prompt);
    int[] after = tokenizer().encodeContinuation(continuation);
    List<Integer> tokens = new ArrayList<>();
    for (int token : before) {
      tokens.add(token);
    }
    for (int token : after) {
      tokens.add(token);
    }
    endOfSequence.stream().limit(1).forEach(tokens::add);
    return new TokenSequence(tokens.stream().mapToInt(Integer::intValue).toArray(), before.length);
  }

  /// BOS, EOS and padding as they are handled here, for the record.
  public Map<String, String> tokenPolicy() throws CheckpointException {
    Map<String, String> policy = new LinkedHashMap<>();
    policy.put("special tokens before a prompt",
        tokenizer().specialTokensAdded() + ", added by the tokenizer's own post-processor");
    policy.put("end of sequence", endOfSequence.isEmpty() ? "none" : endOfSequence.toString());
    policy.put("padding", "right, never attended to, dropped");
    policy.put("chat template", "none applied");
    return policy;
  }

  @Override
  public void close() {
    model.close();
    tokenizer.ifPresent(Tokenizer::close);
    checkpoint.close();
  }
}

package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Says what a checkpoint is, where it can be hooked, and whether it runs.
@Command(name = "inspect", description = "Show family, shapes, hook points and token policy of a checkpoint, and try it.", footer = {
    "", "Example: striatum inspect checkpoints/tiny-reasoner-step2000"})
final class InspectCommand implements Callable<Integer> {
  private static final int TOKENS_TRIED = 8;

  private final Console console;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder.")
  private Path checkpoint;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  InspectCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    long started = System.nanoTime();
    Map<String, Object> facts = new LinkedHashMap<>();
    try (HookedModel model = modelOptions.open(checkpoint)) {
      DecoderShape shape = model.decoder().shape();
      facts.put("checkpoint", model.checkpoint().name());
      facts.put("model type", model.checkpoint().config().text("model_type"));
      facts.put("layers", shape.layers());
      facts.put("width", shape.width());
      facts.put("MLP neurons", shape.mlpWidth());
      facts.put("heads", shape.heads() + " × " + shape.headWidth() + ", " + shape.keyValueHeads() + " key-value");
      facts.put("vocabulary", shape.vocabulary());
      facts.put("context", shape.context());
      facts.put("parameters", model.checkpoint().parameters());
      facts.put("weights",
          "%.1f MB, %s".formatted(model.checkpoint().weightBytes() / 1e6,
              model.checkpoint().dtypes()));
      facts.put("ignored configuration", model.checkpoint().config().unread());
      facts.put("hook points", hookPoints(shape));
      if (model.hasTokenizer()) {
        facts.put("tokens", model.tokenPolicy());
      } else {
        facts.put("tokens", "no tokenizer.json: text commands need one, parity does not");
      }
      facts.put("memory", model.memory().toString().toLowerCase(Locale.ROOT));
      facts.put("generated graph", model.onnx().graph(Set.of(HookPoint.residPost(0))).length / 1000
          + " kB; weights stay in the checkpoint's own files");
      facts.put("identity gate", identityGate(model.model(), model.endOfSequence()));
    }
    if (json) {
      console.json(facts);
    } else {
      facts.forEach((name, value) -> console.print("%-22s %s".formatted(name, printed(value))));
    }
    console.note("inspected in %.1f s".formatted((System.nanoTime() - started) / 1e9));
    return ExitCode.DONE;
  }

  private static List<String> hookPoints(DecoderShape shape) {
    List<String> names = new ArrayList<>(List.of("hook_embed"));
    for (String site : List.of("hook_resid_pre", "hook_attn_out", "hook_resid_mid", "mlp.hook_post", "hook_mlp_out",
        "hook_resid_post")) {
      names.add("blocks.{0…" + (shape.layers() - 1) + "}." + site);
    }
    names.addAll(List.of("ln_final.hook_normalized", "logits"));
    return names;
  }

  /// A short run with and without identity gates on every residual hook point. What leaves the last block decides the
  /// logits, so the head (a large product in a large model) is left out.
  ///
  /// @throws CheckpointException if they differ in a bit or a hidden state is not finite
  private static String identityGate(GatedModel model, List<Integer> endOfSequence) throws CheckpointException {
    int length = Math.min(TOKENS_TRIED, model.vocabulary());
    List<TokenSequence> tokens = List
        .of(TokenSequence.prompt(IntStream.range(0, length).filter(t -> !endOfSequence.contains(t)).toArray()));
    TreeMap<HookPoint, Gate> identity = new TreeMap<>();
    for (int layer = 0; layer < model.layers(); layer++) {
      HookPoint hook = HookPoint.residPost(layer);
      identity.put(hook, Gate.identity(model.width(hook)));
    }
    HookPoint last = identity.lastKey();
    float[] plain = model.record(tokens, Set.of(last), Gates.none()).at(last);
    for (float value : plain) {
      if (!Float.isFinite(value)) {
        throw new CheckpointException("a trial run gives NaN or ∞ hidden states: the weights are damaged or overflow");
      }
    }
    if (!Arrays.equals(plain, model.record(tokens, Set.of(last), new Gates(identity)).at(last))) {
      throw new CheckpointException(
          "identity gates change the hidden states: this checkpoint cannot be gated faithfully");
    }
    return "leaves a trial run bit-identical";
  }

  private static String printed(Object value) {
    return switch (value) {
      case List<?> list -> list.isEmpty() ? "none" : String.join(" ", list.stream().map(String::valueOf).toList());
      case Map<?, ?> map ->
        String.join("; ", map.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList());
      default -> value.toString();
    };
  }
}

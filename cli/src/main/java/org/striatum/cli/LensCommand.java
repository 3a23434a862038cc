package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Table;
import org.striatum.cli.option.ModelOptions;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.model.DescribedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The logit lens on one text.
@Command(name = "lens", description = "Show which next tokens each layer's residual stream would give by the final norm and head (logit lens).", footer = {
    "", "Example: striatum lens my-checkpoint --text \"The capital of France is\""})
final class LensCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder.")
  private Path checkpoint;

  @Option(names = "--text", required = true, paramLabel = "TEXT", description = "Text that is read, as a prompt.")
  private String text;

  @Option(names = "--position", paramLabel = "N", description = "Token whose stream is read, from 0; negative from the end (default -1, the last).")
  private int position = -1;

  @Option(names = "--top", paramLabel = "K", description = "Tokens shown of each layer (default 5).")
  private int top = 5;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  LensCommand(Console console) {
    this.console = console;
  }

  /// A token that a layer would give next.
  record Guess(int id, String token, double probability) {}

  /// What the stream behind a layer would give.
  record LayerGuesses(HookPoint hook, List<Guess> guesses) {}

  @Override
  public Integer call() throws IOException {
    if (top < 1) {
      throw new UsageException("--top must be ≥ 1, found " + top);
    }
    List<LayerGuesses> layers;
    try (HookedModel model = modelOptions.open(modelOptions.source(checkpoint))) {
      DescribedModel described = model.described().orElseThrow(() -> new UsageException(
          "the head of an ONNX file cannot be run by itself: give a checkpoint folder"));
      layers = layers(described, model.tokenizer());
    }
    if (json) {
      console.json(layers);
    } else {
      Table table = new Table("", "");
      layers.forEach(layer -> table.row(layer.hook(), layer.guesses().stream()
          .map(guess -> "%s %.3f".formatted(quoted(guess.token()), guess.probability()))
          .collect(Collectors.joining("  "))));
      console.print(table);
    }
    return ExitCode.DONE;
  }

  private static String quoted(String token) {
    return "'" + token.replace("\n", "↵").replace("\t", "⇥") + "'";
  }

  private List<LayerGuesses> layers(DescribedModel model, Tokenizer tokenizer) {
    int[] tokens = tokenizer.encodePrompt(text);
    int at = position < 0 ? tokens.length + position : position;
    if (at < 0 || at >= tokens.length) {
      throw new UsageException("--position must be in [-%d, %d), found %d".formatted(tokens.length, tokens.length,
          position));
    }
    List<HookPoint> hooks = IntStream.range(0, model.layers()).mapToObj(HookPoint::residPost).toList();
    Recording recording = model.record(List.of(TokenSequence.prompt(tokens)), Set.copyOf(hooks), Gates.none());
    int d = model.width(hooks.getFirst());
    float[] rows = new float[hooks.size() * d];
    for (int layer = 0; layer < hooks.size(); layer++) {
      System.arraycopy(recording.at(hooks.get(layer)), at * d, rows, layer * d, d);
    }
    float[] logits = model.lens(rows);
    int v = model.vocabulary();
    List<LayerGuesses> layers = new ArrayList<>();
    for (int layer = 0; layer < hooks.size(); layer++) {
      layers.add(new LayerGuesses(hooks.get(layer), guesses(logits, layer * v, v, tokenizer)));
    }
    return layers;
  }

  private List<Guess> guesses(float[] logits, int from, int v, Tokenizer tokenizer) {
    double greatest = IntStream.range(from, from + v).mapToDouble(i -> logits[i]).max().orElseThrow();
    double total = IntStream.range(from, from + v).mapToDouble(i -> Math.exp(logits[i] - greatest)).sum();
    return IntStream.range(0, v).boxed().sorted(Comparator.comparingDouble((Integer i) -> -logits[from + i])).limit(top)
        .map(i -> new Guess(i, tokenizer.decodeContinuationWhole(new int[]{i}),
            Math.exp(logits[from + i] - greatest) / total))
        .toList();
  }
}

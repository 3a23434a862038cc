package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.ModelOptions;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.AttentionPattern;
import org.striatum.probe.model.DescribedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Attention patterns of one text.
@Command(name = "attention", description = "Write the attention patterns of a text: safetensors, (heads, query, key) of each layer.", footer = {
    "", "Example: striatum attention my-checkpoint --text \"one two one\" --layers 0,3 -o patterns.safetensors"})
final class AttentionCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder.")
  private Path checkpoint;

  @Option(names = "--text", required = true, paramLabel = "TEXT", description = "Text that is read, as a prompt.")
  private String text;

  @Option(names = "--layers", split = ",", paramLabel = "L", description = "Layers, from 0 (default all).")
  private List<Integer> layers = List.of();

  @Option(names = {"-o",
      "--output"}, required = true, paramLabel = "FILE", description = "File to write: blocks.L.attn.hook_pattern of each layer, and input_ids.")
  private Path output;

  @Option(names = "--json", description = "Print JSON: what the file holds.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  AttentionCommand(Console console) {
    this.console = console;
  }

  /// What was written.
  ///
  /// @param heads of each layer
  /// @param inputIds the text's tokens; a pattern has a row and a column for each
  record Written(String file, List<Integer> layers, int heads, List<Integer> inputIds) {}

  @Override
  public Integer call() throws IOException {
    try (HookedModel model = modelOptions.open(modelOptions.source(checkpoint))) {
      DescribedModel described = model.described().orElseThrow(() -> new UsageException(
          "the attention of an ONNX file cannot be taken apart: give a checkpoint folder"));
      int[] tokens = model.tokenizer().encodePrompt(text);
      SortedSet<Integer> asked = new TreeSet<>(layers.isEmpty()
          ? IntStream.range(0, described.layers()).boxed().toList()
          : layers);
      List<AttentionPattern> patterns = Given
          .checked(() -> described.attention(TokenSequence.prompt(tokens), asked, Gates.none()));
      write(tokens, patterns);
      if (json) {
        console.json(new Written(output.toString(), List.copyOf(asked), patterns.getFirst().heads(),
            Arrays.stream(tokens).boxed().toList()));
      } else {
        console.say("%d layers × %d heads × %d² positions in %s".formatted(patterns.size(),
            patterns.getFirst().heads(), tokens.length, output));
      }
    }
    return ExitCode.DONE;
  }

  private void write(int[] tokens, List<AttentionPattern> patterns) throws IOException {
    List<Declared> all = new ArrayList<>();
    all.add(new Declared("input_ids", DType.I32, List.of((long) tokens.length)));
    patterns.forEach(pattern -> all.add(new Declared(name(pattern), DType.F32,
        List.of((long) pattern.heads(), (long) tokens.length, (long) tokens.length))));
    try (SafetensorsWriter writer = new SafetensorsWriter(output, all, Map.of())) {
      writer.append("input_ids", tokens, 0, tokens.length);
      for (AttentionPattern pattern : patterns) {
        writer.append(name(pattern), pattern.shares(), 0, pattern.shares().length);
      }
    }
  }

  private static String name(AttentionPattern pattern) {
    return new HookPoint(pattern.layer(), Site.ATTN_PATTERN).toString();
  }
}

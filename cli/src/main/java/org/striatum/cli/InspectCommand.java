package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.parity.ParityCheck;
import org.striatum.hooks.parity.ParityGate;
import org.striatum.hooks.parity.ParityReport;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Says what a checkpoint is, where it can be hooked, and whether it runs.
@Command(name = "inspect", description = "Show family, shapes, hook points and token policy of a checkpoint, and try it.", footer = {
    "", "Example: striatum inspect checkpoints/tiny-reasoner-step2000"})
final class InspectCommand implements Callable<Integer> {
  private static final String LINE = "%-22s %s";

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
    ParityReport parity;
    try (PrivateMemory memory = PrivateMemory.watch(); HookedModel model = modelOptions.openUnexamined(checkpoint)) {
      TrialRun trial = new TrialRun(model);
      TrialRun.FirstState first = trial.first(started, memory);
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
      facts.put("first hidden state", first);
      facts.put("capture", trial.cost());
    }
    try (HookedModel model = modelOptions.openUnexamined(checkpoint)) {
      parity = modelOptions.parity(model);
    }
    facts.put("identity gate", parity.checks().stream().filter(check -> check.name().equals(ParityGate.IDENTITY))
        .map(ParityCheck::note).findFirst().orElse("not tried"));
    facts.put("parity gate", parity.checks());
    if (json) {
      console.json(facts);
    } else {
      facts.forEach((name, value) -> console.print(LINE.formatted(name, printed(value))));
    }
    parity.require(checkpoint.toAbsolutePath().normalize().getFileName().toString());
    console.note("inspected in %.1f s".formatted((System.nanoTime() - started) / 1e9));
    return ExitCode.DONE;
  }

  private static List<String> hookPoints(DecoderShape shape) {
    List<String> names = new ArrayList<>();
    for (Site site : Site.values()) {
      if (!site.inBlock()) {
        names.add(site.printed());
      } else if (shape.has(new HookPoint(0, site))) {
        names.add("blocks.{0…" + (shape.layers() - 1) + "}." + site.printed());
      }
    }
    return names;
  }

  private static String printed(Object value) {
    return switch (value) {
      case List<?> list when !list.isEmpty() && list.getFirst() instanceof ParityCheck ->
        String.join("\n" + LINE.formatted("", ""), list.stream().map(String::valueOf).toList());
      case List<?> list -> list.isEmpty() ? "none" : String.join(" ", list.stream().map(String::valueOf).toList());
      case Map<?, ?> map ->
        String.join("; ", map.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList());
      default -> value.toString();
    };
  }
}

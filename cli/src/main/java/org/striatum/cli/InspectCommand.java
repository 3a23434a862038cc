package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Table;
import org.striatum.cli.option.ModelOptions;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.ModelFacts;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.hooks.parity.ParityCheck;
import org.striatum.hooks.parity.ParityIdentity;
import org.striatum.hooks.parity.ParityReport;
import org.striatum.hooks.text.NoTokenizerException;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows the family of a checkpoint, its hook points, and whether it runs.
@Command(name = "inspect", description = "Show family, shapes, hook points and token policy of a checkpoint, and run it once.", footer = {
    "", "Example: striatum inspect checkpoints/tiny-reasoner-step2000"})
final class InspectCommand implements Callable<Integer> {
  private static final int LONGEST_LINE = 120;

  private final Console console;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder or ONNX file.")
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
    ModelSource source = modelOptions.source(checkpoint);
    Map<String, Object> facts = new LinkedHashMap<>();
    ParityReport parity;
    try (PrivateMemory memory = PrivateMemory.watch(); HookedModel model = modelOptions.openUnexamined(source)) {
      TrialRun trial = new TrialRun(model);
      TrialRun.FirstState first = trial.first(started, memory);
      ModelFacts known = model.facts();
      facts.put("checkpoint", known.name());
      facts.put("model type", known.family());
      facts.put("layers", known.layers());
      facts.put("width", known.width());
      facts.put("vocabulary", known.vocabulary());
      facts.put("parameters", known.parameters());
      facts.put("weight bytes", known.weightBytes());
      if (json) {
        facts.put("element types", known.dtypes());
      } else {
        facts.put("weights", "%.1f MB, %s".formatted(known.weightBytes() / 1e6, known.dtypes()));
      }
      facts.putAll(known.details());
      facts.put("hook points", json
          ? model.model().hookPoints().stream().map(HookPoint::toString).toList()
          : hookPoints(model.model()));
      facts.put("tokens", tokens(model));
      facts.put("memory", model.memory().toString().toLowerCase(Locale.ROOT));
      facts.put("first hidden state", first);
      facts.put("capture", trial.cost());
    }
    try (HookedModel model = modelOptions.openUnexamined(source)) {
      parity = modelOptions.parity(source, model);
    }
    facts.put("identity gate", parity.checks().stream().filter(check -> check.name() == ParityIdentity.IDENTITY_GATES)
        .map(ParityCheck::note).findFirst().orElse("not tested"));
    facts.put("parity gate", parity.checks());
    if (json) {
      console.json(facts);
    } else {
      Table table = new Table("", "");
      facts.forEach((name, value) -> {
        List<String> lines = printed(value);
        for (int line = 0; line < lines.size(); line++) {
          table.row(line == 0 ? name : "", lines.get(line));
        }
      });
      console.print(table);
    }
    parity.require(source.name());
    console.note("inspected in %.1f s".formatted((System.nanoTime() - started) / 1e9));
    return ExitCode.DONE;
  }

  private static Object tokens(HookedModel model) throws IOException {
    try {
      return model.tokenPolicy();
    } catch (NoTokenizerException none) {
      return none.getMessage() + "; text commands need one, parity does not";
    }
  }

  /// Sites that all blocks 0 to L − 1 have are shown as one name.
  private static List<String> hookPoints(GatedModel model) {
    List<String> names = new ArrayList<>();
    for (Site site : Site.values()) {
      List<HookPoint> found = model.hookPoints().stream().filter(hook -> hook.site() == site).toList();
      if (site.inBlock() && model.layers() > 1 && found.size() == model.layers()) {
        names.add("blocks.{0…" + (model.layers() - 1) + "}." + site.printed());
      } else {
        found.forEach(hook -> names.add(hook.toString()));
      }
    }
    return names;
  }

  private static List<String> printed(Object value) {
    return switch (value) {
      case List<?> list when !list.isEmpty() && list.getFirst() instanceof ParityCheck ->
        list.stream().map(String::valueOf).toList();
      case List<?> list ->
        List.of(list.isEmpty() ? "none" : String.join(" ", list.stream().map(String::valueOf).toList()));
      case Map<?, ?> map when map.size() > 8 || map.toString().length() > LONGEST_LINE ->
        map.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
      case Map<?, ?> map ->
        List.of(String.join("; ", map.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList()));
      default -> value.toString().lines().toList();
    };
  }
}

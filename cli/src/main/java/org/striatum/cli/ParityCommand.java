package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Table;
import org.striatum.cli.option.ModelOptions;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.parity.TensorParity;
import org.striatum.probe.run.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Compares a checkpoint with the tensors that a reference implementation computed.
@Command(name = "parity", description = "Compare with a reference implementation's dump, tensor by tensor.", footer = {
    "", "Example: striatum parity my-checkpoint --expected expected.safetensors"})
final class ParityCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder or ONNX file.")
  private Path checkpoint;

  @Option(names = "--expected", required = true, paramLabel = "FILE", description = "Safetensors file with input_ids, attention_mask and the tensors computed from them; a JSON file of the same name in the"
      + " same folder describes the ablation.")
  private Path expected;

  @Option(names = "--tolerance", paramLabel = "X", defaultValue = "1e-3", description = "Largest allowed max|a − b| / max|expected| (default 1e-3); tokens must be equal.")
  private double tolerance;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  ParityCommand(Console console) {
    this.console = console;
  }

  record Result(boolean within, double tolerance, List<Row> tensors) {}

  /// An error that is infinite (nothing could be compared) is null in JSON.
  record Row(String tensor, Double relativeError, boolean within, String note) {}

  @Override
  public Integer call() throws IOException {
    if (!(tolerance >= 0)) {
      throw new UsageException("--tolerance must be ≥ 0, found " + tolerance);
    }
    List<TensorParity> compared;
    try (HookedModel model = modelOptions.open(modelOptions.source(checkpoint));
        ReferenceDump dump = ReferenceDump.open(expected)) {
      compared = dump.compare(model);
    }
    List<Row> rows = compared.stream().map(tensor -> new Row(tensor.tensor(),
        Double.isFinite(tensor.relativeError()) ? tensor.relativeError() : null, within(tensor), tensor.note()))
        .toList();
    boolean within = rows.stream().allMatch(Row::within);
    if (json) {
      console.json(new Result(within, tolerance, rows));
    } else {
      Table table = new Table("", "", "", "");
      for (Row row : rows) {
        table.row(row.within() ? "ok" : "FAIL", row.tensor(),
            row.relativeError() == null ? "–" : "%.2e".formatted(row.relativeError()), row.note());
      }
      console.print(table);
      console.say((within ? "parity: every tensor within " : "parity: not within ") + tolerance);
    }
    return within ? ExitCode.DONE : ExitCode.CHECKPOINT;
  }

  /// Tokens and text must be equal.
  private boolean within(TensorParity tensor) {
    return tensor.within(tensor.tensor().startsWith("greedy") ? 0 : tolerance);
  }
}

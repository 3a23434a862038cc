package org.striatum.cli.scan;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.striatum.cli.process.CheckpointProcess;
import org.striatum.cli.process.Doomed;

/// A study that does what its checkpoint's `config.json` says: `finish`, tell its `environment`, `abort`, `hang`, or end with a code.
final class StandIn {
  private StandIn() {}

  public static void main(String[] arguments) throws Throwable {
    Path checkpoint = Path.of(arguments[1]);
    String end = Files.readString(checkpoint.resolve("config.json")).strip();
    switch (end) {
      case "finish" -> Files.writeString(Path.of(arguments[List.of(arguments).indexOf("--output") + 1], "report.html"),
          "a report");
      case "environment" -> Doomed.main(new String[]{end, ""});
      case "abort" -> Doomed.main(new String[]{"abort", checkpoint.getFileName().toString(), "0"});
      case "hang" -> Doomed.main(new String[]{"hang", checkpoint.getFileName().toString(), "500"});
      default -> {
        CheckpointProcess.supervision().failed(Integer.parseInt(end), checkpoint.getFileName() + " is bad\u0007");
        System.exit(Integer.parseInt(end));
      }
    }
  }
}

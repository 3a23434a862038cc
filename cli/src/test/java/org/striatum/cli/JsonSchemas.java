package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.cli.scan.ScanPlan;
import org.striatum.cli.scan.ScanResults;
import org.striatum.peft.mnist.ModeSpecialization;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.registration.Plan;
import org.striatum.studies.run.Study;
import org.striatum.studies.mnist.MnistStep;

/// The schemas of what commands print with `--json`: `docs/schema/NAME.schema.json`, made from the records that are printed.
final class JsonSchemas {
  static final Path FOLDER = Path.of("..", "docs", "schema");
  private static final String TAIL = ".schema.json";

  private JsonSchemas() {}

  /// Name → schema as it must be. Written by hand are those of commands that print no record: inspect, nta-list.
  static SortedMap<String, ObjectNode> made() {
    SortedMap<String, ObjectNode> made = new TreeMap<>();
    for (Study<?, ?> study : StudyRegistry.standard().studies()) {
      if (!(study instanceof MnistStep)) { // its parts; the command prints them together
        made.put(study.name(), RecordSchema.of("striatum " + study.name() + ": " + study.about().summary(),
            RecordSchema.type(study.about().results()), study.version()));
      }
    }
    Map<String, JavaType> others = Map.ofEntries(
        Map.entry("attention", RecordSchema.type(AttentionCommand.Written.class)),
        Map.entry("capture-list", RecordSchema.list(CaptureCommand.Listed.class)),
        Map.entry("forget", RecordSchema.type(ForgetCommand.Forgotten.class)),
        Map.entry("lens", RecordSchema.list(LensCommand.LayerGuesses.class)),
        Map.entry("verify", RecordSchema.list(VerifyCommand.Verified.class)),
        Map.entry("grade", RecordSchema.type(GradeCommand.Graded.class)),
        Map.entry("parity", RecordSchema.type(ParityCommand.Result.class)),
        Map.entry("report", RecordSchema.type(ReportCommand.Written.class)),
        Map.entry("tasks", RecordSchema.list(TasksCommand.Row.class)),
        Map.entry("show", RecordSchema.type(ShowCommand.Asked.class)),
        Map.entry("mnist", RecordSchema.type(ModeSpecialization.class)),
        Map.entry("scan", RecordSchema.type(ScanResults.class)),
        Map.entry("plan", RecordSchema.type(Plan.class)));
    others.forEach((name, type) -> made.put(name, RecordSchema.of("striatum " + name, type, null)));
    made.put("query",
        RecordSchema.of(
            "striatum query: rows of values by column; lists are arrays, STRUCT and MAP objects, dates and times"
                + " texts in ISO 8601, BLOB text in base64, NaN null, other types texts as the database writes them",
            RecordSchema.list(QueryCommand.Row.class), null));
    made.put("scan-plan", RecordSchema.of("striatum scan --dry-run", RecordSchema.type(ScanPlan.class), null));
    return made;
  }

  /// The schema of what a command line prints.
  static String name(List<String> words) {
    String command = words.getFirst();
    return switch (command) {
      case "study", "demo" -> "answers";
      case "capture" -> words.contains("--list") ? "capture-list" : command;
      case "scan" -> words.contains("--dry-run") ? "scan-plan" : command;
      case "nta" -> words.size() == 2 ? "nta-list" : command;
      default -> command;
    };
  }

  static Path file(String name) {
    return FOLDER.resolve(name + TAIL);
  }

  /// What a command printed fits the schema of that name.
  static void fits(String name, String json) {
    try {
      String schema = Files.readString(file(name), StandardCharsets.UTF_8);
      assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema)
          .validate(json, InputFormat.JSON)).as(name).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

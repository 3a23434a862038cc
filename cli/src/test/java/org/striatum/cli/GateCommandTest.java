package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `gate` on the bundled checkpoint, as small as it can be.
class GateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int USAGE = 2;
  private static final int BAD_DATA = 4;

  @TempDir
  private static Path temporary;
  private static Path run;
  private static Session session;

  @BeforeAll
  static void learn() {
    run = temporary.resolve("run");
    Session.of("rollouts", REASONER, "--tasks", "mul", "--limit", 60, "--max-new-tokens", 110, "--output", run);
    Session.of("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks",
        "blocks.2.hook_resid_post");
    Session.probe(run, "--epochs", 1, "--permutations", 1);
    session = gate("--mode", "mul-long");
  }

  private static Session gate(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("gate", REASONER, "-o", run, "--arms", "value,random,all,bitfit",
        "--beside", "mul", "--steps", 2, "--batch", 4, "--rates", "0.02", "--draws", 2, "--seeds", 1, "--training", 8,
        "--validation", 4, "--limit", 4, "--set-size", 8));
    arguments.addAll(List.of(more));
    return Session.of(arguments.toArray());
  }

  @Test
  void itSaysWhatItFound() {
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out()).contains("Specialised to mul-long", "neurons ranked on mul", "frozen", "value-matched",
        "bitfit", "of the 8 neurons that the gate over all 256 changed most")
        .containsPattern("mul-long, value@8: \\w+");
  }

  @Test
  void resultsGatesAndReportStandInTheRunFolder() throws Exception {
    JsonNode results = JSON.readTree(Files.readAllBytes(run.resolve("results/gate/mul-long.json")));
    assertThat(results.path("mode").asText()).isEqualTo("mul-long");
    assertThat(results.path("arms").findValuesAsText("name")).containsExactly("frozen", "value", "value-matched", "all",
        "bitfit");
    assertThat(results.path("agreement").asDouble()).isLessThanOrEqualTo(1e-4);
    assertThat(Session.files(run.resolve("gates/mul-long"))).as("the trials are gone").containsExactly("all.json",
        "all.safetensors", "value-matched.json", "value-matched.safetensors", "value.json", "value.safetensors");
    assertThat(Files.readString(run.resolve("report.html"))).contains("Specialised to mul-long");
    JsonNode manifest = JSON.readTree(Files.readAllBytes(run.resolve("manifest.json")));
    assertThat(manifest.path("steps").findValuesAsText("name")).contains("gate/mul-long");
  }

  @Test
  void aSecondRunKeepsItAndPrintsTheSame() {
    Session again = gate("--mode", "mul-long");
    assertThat(again.err()).contains("gate/mul-long: finished before, kept");
    assertThat(again.out()).isEqualTo(session.out());
  }

  /// What is printed is held against the schema by the session.
  @Test
  void jsonIsWhatStandsInTheResultsFile() throws Exception {
    Session printed = gate("--mode", "mul-long", "--json");
    assertThat(printed.code()).as(printed.err()).isZero();
    assertThat(JSON.readTree(printed.out()))
        .isEqualTo(JSON.readTree(Files.readAllBytes(run.resolve("results/gate/mul-long.json"))));
  }

  /// A gate is for use: the model writes under it, and nobody takes what it wrote for the plain model's.
  @Test
  void rolloutsUnderAGateAreThoseOfAnotherModel() throws Exception {
    Path gated = temporary.resolve("gated");
    Path gate = run.resolve("gates/mul-long/value.safetensors");
    Session written = Session.of("rollouts", REASONER, "--tasks", "mul-long", "--limit", 4, "--gate", gate, "--output",
        gated);
    assertThat(written.code()).as(written.err()).isZero();
    Session captured = Session.of("capture", REASONER, "--rollouts", gated.resolve("rollouts.jsonl"), "--hooks",
        "blocks.2.hook_resid_post");
    assertThat(captured.code()).isEqualTo(USAGE);
    assertThat(captured.err()).contains("holds a run with other inputs", "gate value.safetensors");
    Session absent = Session.of("rollouts", REASONER, "--tasks", "mul-long", "--gate",
        temporary.resolve("none.safetensors"), "--output", temporary.resolve("never"));
    assertThat(absent.code()).isEqualTo(BAD_DATA);
    assertThat(absent.errorLines()).singleElement().asString().contains("no gate at", "none.safetensors");
    assertThat(temporary.resolve("never")).doesNotExist();
  }

  @Test
  void badInputIsOneLine() {
    assertThat(refused("--mode", "sub")).contains("unknown task 'sub'");
    assertThat(refused("--mode", "mul,add")).contains("--mode is one problem set, found mul,add");
    assertThat(refused("--mode", "mul", "--beside", "sub")).contains("unknown task 'sub'");
    assertThat(refused("--mode", "mul", "--set-size", "300")).contains("layer of 256 coordinates, found 300");
    assertThat(refused("--mode", "mul", "--set-size", "100%")).contains("found 100.0 %");
    assertThat(refused("--mode", "mul", "--set-size", "many")).contains("--set-size must be");
    assertThat(refused("--mode", "mul", "--lambda", "-1")).contains("λ must be ≥ 0 and finite, found -1.0");
    assertThat(refused("--mode", "mul", "--sharpness", "0")).contains("sharpness must be > 0 and finite, found 0.0");
    assertThat(refused("--mode", "mul", "--rates", "0")).contains("learning rates must be > 0");
    assertThat(refused("--mode", "mul", "--arms", "value,none")).contains("--arms must be one of", "found 'none'");
    assertThat(refused("--mode", "mul", "--beside", "mul")).contains("other tasks than the mode");
    assertThat(refused("--mode", "add")).contains("has ranked no neurons of add", "other tasks");
    assertThat(refused("--mode", "mul", "--hooks", "blocks.9.*")).contains("no hook point matches");
    assertThat(refused("--mode", "mul", "--hooks", "blocks.2.mlp.hook_post"))
        .contains("has ranked no neurons of mul at blocks.2.mlp.hook_post");
    assertThat(refused("--mode", "mul", "--hooks", "ln_final.hook_normalized"))
        .contains("a gate is learned inside a block", "found ln_final.hook_normalized");
  }

  /// Known before neurons are ranked and problems drawn.
  @Test
  void moreProblemsThanThereAre() {
    assertThat(refused("--mode", "mul", "--training", "100001")).contains("mul has 100000 distinct problems",
        "100129 are needed");
  }

  private static String refused(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("gate", REASONER, "-o", run));
    if (!List.of(more).contains("--arms")) {
      arguments.addAll(List.of("--arms", "value,random"));
    }
    arguments.addAll(List.of(more));
    Session refusal = Session.of(arguments.toArray());
    assertThat(refusal.code()).as(refusal.err()).isEqualTo(USAGE);
    assertThat(refusal.errorLines()).as(refusal.err()).hasSize(1);
    return refusal.err();
  }
}

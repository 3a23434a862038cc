package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Screen;
import org.striatum.cli.console.ScreenText;

/// Spaces, quotes, a line break, a backslash, what turns text round and what HTML would run, in the names of checkpoint, file of problems (and so
/// of the task), run folder and neuron set.
class StrangeNamesTest {
  private static final String NAME = "a \"b\" 'c' \\n\n\u202eevil\u202c שלום <script>alert(1)<!--";

  @TempDir
  private static Path folder;
  private static Path checkpoint;
  private static Path problems;
  private static Path run;
  private static Session study;

  @BeforeAll
  static void runAStudy() throws IOException {
    checkpoint = Session.copy(Path.of("../checkpoints/planted"), folder.resolve("model " + NAME));
    problems = folder.resolve("task " + NAME + ".jsonl");
    Files.move(checkpoint.resolve("planted.jsonl"), problems);
    run = folder.resolve("run " + NAME);
    List<Object> words = new ArrayList<>(List.of("study", checkpoint, "--data", problems, "--output", run));
    List<String> options = new ArrayList<>(Session.SMALL_STUDY);
    options.subList(0, 2).clear(); // --tasks mul
    options.set(options.indexOf("--max-new-tokens") + 1, "4");
    options.set(options.indexOf("--limit") + 1, "80");
    words.addAll(options);
    study = Session.of(words.toArray());
  }

  private static void isReadable(Session session) {
    assertThat((session.out() + session.err()).lines()).allSatisfy(line -> assertThat(line)
        .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\u2028\\u2029]"));
  }

  @Test
  void aStudyRunsAndEveryLineIsOne() {
    assertThat(study.code()).as(study.errorLines().getLast()).isZero();
    isReadable(study);
    assertThat(study.out()).contains("task a \"b\" 'c'", "⟨U+202E⟩evil");
  }

  /// Also by commands that find the checkpoint where the run says it lies.
  @Test
  void everyCommandReadsTheRun() {
    for (List<Object> words : List.<List<Object>>of(List.of("show", run), List.of("show", run, "probe"),
        List.of("verify", run), List.of("compare", run), List.of("confidence", run), List.of("grade", run, "--show", 2),
        List.of("report", run), List.of("inspect", checkpoint),
        List.of("ablate", run, "--set", "value@2%", "--controls", 19, "--attempts", 4, "--logprob-controls", 19,
            "--solutions", 4))) {
      for (int columns : new int[]{40, 100}) {
        Session session = Session.on(new Screen(columns, false), words.toArray());
        assertThat(session.code()).as(words + ": " + session.err()).isZero();
        isReadable(session);
        assertThat((session.out() + session.err()).lines())
            .allSatisfy(line -> assertThat(ScreenText.width(line)).isLessThanOrEqualTo(columns));
      }
    }
  }

  @Test
  void aSetReadFromAFileHasItsName() throws IOException {
    Path set = Files.write(folder.resolve("set " + NAME + ".txt"),
        List.of("blocks.1.hook_resid_post[48]", "blocks.1.hook_resid_post[52]"));
    Session session = Session.of("ablate", run, "--neurons", set, "--controls", 19, "--attempts", 4,
        "--logprob-controls", 19, "--solutions", 4);
    assertThat(session.code()).as(session.err()).isZero();
    isReadable(session);
    assertThat(session.out()).contains("set a \"b\" 'c'");
    Session.of("report", run);
    theReportShowsThemAsText();
  }

  @Test
  void jsonHoldsTheNamesAsTheyAre() {
    Session json = Session.of("show", run, "--json"); // held against its schema
    assertThat(json.code()).isZero();
    assertThat(json.out()).contains("task a \\\"b\\\" 'c' \\\\n\\n");
  }

  @Test
  void theReportShowsThemAsText() throws IOException {
    String page = Files.readString(run.resolve("report.html"));
    assertThat(page).contains("evil").doesNotContain("<script>alert", "<!--", "\u202e");
  }

  @Test
  void aNameThatCannotBeAFileIsRefusedInOneLine() {
    Session refused = Session.of("ablate", run, "--set", "value@2%", "--name", NAME);
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errorLines()).singleElement().asString().contains("letters, digits");
    isReadable(refused);
  }

  /// What cannot be named at all is refused in one line as well.
  @ParameterizedTest
  @ValueSource(strings = {"show", "verify", "report", "probe", "compare"})
  void aMissingRunIsNamedInOneLine(String command) {
    Session refused = Session.of(command, folder.resolve("none " + NAME));
    assertThat(refused.code()).isNotZero();
    assertThat(refused.errorLines()).hasSize(1);
    isReadable(refused);
  }
}

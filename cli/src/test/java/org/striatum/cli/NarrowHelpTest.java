package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Screen;
import org.striatum.cli.console.ScreenText;
import org.striatum.probe.run.Progress;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// Help of every command at every width: nothing beyond the edge, no option or word of its description lost, no word broken that fits.
class NarrowHelpTest {
  private static CommandLine commands() {
    return Striatum.commandLine(
        new Console(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), Progress.NONE));
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 60, 79, 100})
  @Tag("slow")
  void nothingIsLostOrBrokenAtOtherWidths(int width) {
    nothingIsLostOrBroken(width);
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 80})
  void nothingIsLostOrBroken(int width) {
    for (CommandLine command : commands().getSubcommands().values()) {
      Session shown = Session.on(new Screen(width, false), command.getCommandName(), "--help");
      assertThat(shown.code()).isZero();
      List<String> lines = shown.out().lines().toList();
      assertThat(lines).as(command.getCommandName())
          .allSatisfy(line -> assertThat(ScreenText.width(line)).isLessThanOrEqualTo(width));
      CommandSpec spec = command.getCommandSpec();
      String joined = shown.out().replaceAll("\\s+", "");
      List<String> words = shown.out().lines().flatMap(line -> Stream.of(line.strip().split("\\s+"))).toList();
      spec.options().stream().filter(option -> !option.hidden()).forEach(option -> {
        assertThat(joined.replace("[no-]", "")).contains(option.longestName());
        for (String word : String.join(" ", option.description()).replace("%%", "%").split("\\s+", -1)) {
          if (width < 80 && word.length() <= width - 6) {
            assertThat(words).as(command.getCommandName()).contains(word);
          } else {
            assertThat(joined).as(command.getCommandName()).contains(word.replaceAll("\\s+", ""));
          }
        }
      });
    }
  }

  /// The command line knows only the command that is called: what it says must not depend on that.
  @Test
  void aCommandAloneIsWhatItIsAmongOthers() {
    StringWriter out = new StringWriter();
    CommandLine all = Striatum.commandLine(new Console(new PrintWriter(out), new PrintWriter(out), Progress.NONE));
    for (String name : all.getSubcommands().keySet()) {
      for (String word : List.of("--help", "--nothing-like-it")) {
        out.getBuffer().setLength(0);
        int code = all.execute(name, word);
        Session alone = Session.of(name, word);
        assertThat(alone.code()).as(name).isEqualTo(code);
        assertThat(alone.out() + alone.err()).as(name).isEqualTo(out.toString()).isNotBlank();
      }
    }
    assertThat(Session.of("--debug", "--help").out()).isEqualTo(Session.of("--help").out());
    assertThat(Session.of("--debug", "tasks", "--help").out()).isEqualTo(Session.of("tasks", "--help").out());
    assertThat(Session.of("task").err()).contains("tasks");
  }

  @Test
  void allCommandsAreListed() {
    String shown = Session.on(new Screen(40, false), "--help").out();
    commands().getSubcommands().keySet().forEach(name -> assertThat(shown).contains("  " + name + "\n"));
    assertThat(shown).contains("Usage: striatum", "Exit codes:").doesNotContain("%%");
    assertThat(Session.on(new Screen(40, false), "help", "study").out())
        .isEqualTo(Session.on(new Screen(40, false), "study", "--help").out());
  }
}

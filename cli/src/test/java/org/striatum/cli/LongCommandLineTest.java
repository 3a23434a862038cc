package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.cli.console.ExitCode;

/// ONNX Runtime's reader of the command line was seen to crash where that is longer than 4096 bytes.
@EnabledOnOs(OS.LINUX)
class LongCommandLineTest {
  private static final int LONG = 100_000;

  @TempDir
  private Path folder;

  /// The model is open when its context turns out to be too short for the prompt; without a place for the prompt it is not.
  @ParameterizedTest
  @CsvSource({"{prompt}, " + ExitCode.BAD_DATA, "'', " + ExitCode.USAGE})
  void aTemplateOfAHundredKilobytesEndsInOneLine(String place, int code) throws Exception {
    Path problems = Files.writeString(folder.resolve("problems.csv"), "question,answer\n1+2=,3\n");
    CommandGroup command = CommandGroup.start(folder, List.of("rollouts", Session.REASONER.toString(), "--data",
        problems.toString(), "--columns", "prompt=question,answer=answer", "--grader", "number", "--output",
        folder.resolve("run").toString(), "--prompt-template", place + "x".repeat(LONG)));
    assertThat(command.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(command.process().exitValue()).as(command.said()).isEqualTo(code);
    assertThat(command.said().lines()).singleElement().asString().startsWith("striatum: ").hasSizeLessThan(300);
  }
}

package org.striatum.cli;

import java.io.File;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.probe.run.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Java, line by line, with everything of this program at hand. It is the JDK's own JShell in this process, so that a model
/// that is opened in it is watched like that of any command.
@Command(name = ShellCommand.NAME, description = "Java, line by line, with Striatum imported: runs, models, hooks, gates (docs/api.md).", footer = {
    "", "Example: striatum shell", "Example: striatum shell < my-study.jsh",
    "Without a terminal it ends with exit code 2 if a line failed."})
final class ShellCommand implements Callable<Integer> {
  static final String NAME = "shell";
  private static final String IMPORTS = "shell.jsh";
  /// Notes where JShell's settings are kept the first time. Held here: a logger that nobody holds forgets its level.
  private static final Logger PREFERENCES = Logger.getLogger("java.util.prefs");

  private final Console console;

  @Parameters(paramLabel = "FILE", arity = "0..*", description = "Files to run first.")
  private List<Path> files = List.of();

  ShellCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new UsageException("no file at " + file);
      }
    }
    PREFERENCES.setLevel(Level.WARNING);
    Path imports = imports();
    try {
      List<String> arguments = new ArrayList<>(List.of("--execution", "local", "--class-path",
          classPath(), "--startup", "DEFAULT", "--startup", imports.toString()));
      files.forEach(file -> arguments.add(file.toString()));
      boolean terminal = Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false);
      if (!terminal) {
        arguments.add("-"); // reads standard input without prompts
      }
      return run(arguments, terminal);
    } finally {
      Files.deleteIfExists(imports);
    }
  }

  /// JShell ends with 0 whatever failed in it; without a terminal nobody reads what it says.
  private int run(List<String> arguments, boolean terminal) throws Exception {
    AtomicBoolean failed = new AtomicBoolean();
    OutputStream errors = new FilterOutputStream(System.err) {
      @Override
      public void write(int letter) throws IOException {
        failed.set(true);
        super.write(letter);
      }
    };
    PrintStream said = new PrintStream(errors, true, StandardCharsets.UTF_8); // closed, it would close System.err
    int code = JavaShellToolBuilder.builder().err(said, System.err).start(arguments.toArray(String[]::new));
    return code == ExitCode.DONE && failed.get() && !terminal
        ? console.failed(ExitCode.USAGE, "a line of the input failed")
        : code;
  }

  /// Of this process; JShell refuses entries that do not exist.
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.isEmpty() && Files.exists(Path.of(entry)))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path imports() throws IOException {
    Path file = Files.createTempFile("striatum-", ".jsh");
    try (InputStream imports = ShellCommand.class.getResourceAsStream(IMPORTS)) {
      Files.write(file, imports.readAllBytes());
    }
    return file;
  }
}

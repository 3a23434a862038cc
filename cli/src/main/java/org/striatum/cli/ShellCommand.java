package org.striatum.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.striatum.probe.run.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Java, line by line, with everything of this program at hand. It is the JDK's own JShell in this process, so that a model
/// that is opened in it is watched like that of any command.
@Command(name = "shell", description = "Java, line by line, with Striatum imported: runs, models, hooks, gates (docs/api.md).", footer = {
    "", "Example: striatum shell", "Example: striatum shell < my-study.jsh"})
final class ShellCommand implements Callable<Integer> {
  private static final String IMPORTS = "shell.jsh";

  @Parameters(paramLabel = "FILE", arity = "0..*", description = "Files to run first.")
  private List<Path> files = List.of();

  @Override
  public Integer call() throws Exception {
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new UsageException("no file at " + file);
      }
    }
    Path imports = imports();
    try {
      List<String> arguments = new ArrayList<>(List.of("--execution", "local", "--class-path",
          classPath(), "--startup", "DEFAULT", "--startup", imports.toString()));
      files.forEach(file -> arguments.add(file.toString()));
      boolean terminal = Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false);
      if (!terminal) {
        arguments.add("-"); // reads standard input without prompts
      }
      return JavaShellToolBuilder.builder().start(arguments.toArray(String[]::new));
    } finally {
      Files.deleteIfExists(imports);
    }
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

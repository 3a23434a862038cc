package org.striatum.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Screen;
import org.striatum.cli.process.Supervision;
import org.striatum.probe.run.Progress;
import org.striatum.studies.StudyRegistry;

/// One command, run in process.
///
/// @param code its exit code
/// @param out what it printed
/// @param err what it said beside
public record Session(int code, String out, String err) {
  public static final Path REASONER = Path.of("../checkpoints/tiny-reasoner-step2000");
  public static final Path GOLDEN = Path.of("../llm-hooks/src/test/resources/golden");

  /// Options of a whole study that says little and takes seconds.
  public static final List<String> SMALL_STUDY = List.of("--tasks", "mul", "--effort", "quick", "--limit", "40",
      "--hooks",
      "blocks.1.hook_resid_post", "--max-new-tokens", "60", "--probe",
      "--epochs 1 --ranking-passes 2 --hidden 64 --permutations 1 --random-sets 2 --rotations 1 --control-sets 1 --folds 2 --nested-permutations 1 --resampled-sets 2 --probe-seeds 0 --planted 1 --planted-rotated 0",
      "--dopamine", "-k 2 --rollouts 6 --retrainings 1", "--ablate",
      "--controls 19 --attempts 4 --solutions 2 --logprob-controls 19 --doses 1 --alpha=1", "--search",
      "-k 2 --problems 2");

  /// Options of `probe` that make it small.
  public static final List<Object> SMALL_PROBE = List.of("--hidden", 64, "--ranking-passes", 2, "--rotations", 2,
      "--control-sets", 5, "--folds", 3, "--nested-permutations", 1, "--resampled-sets", 2, "--planted", 1,
      "--planted-rotated", 1, "--probe-seeds", 0);

  /// Runs a command. What it prints as JSON fits its schema, and its figures are numbers.
  ///
  /// @param arguments each is printed, so paths need no conversion
  public static Session of(Object... arguments) {
    Session session = run(arguments);
    List<String> words = Arrays.stream(arguments).map(Object::toString).toList();
    if (words.contains("--json") && !session.out.isBlank()) {
      JsonSchemas.fits(JsonSchemas.name(words), session.out);
      if (!words.getFirst().equals("query")) { // which may ask for any text
        FigureWords.none(words.getFirst(), session.out);
      }
    }
    return session;
  }

  private static Session run(Object... arguments) {
    return on(Screen.PLAIN, arguments);
  }

  /// Runs a command whose results go to a screen.
  public static Session on(Screen screen, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Striatum.execute(
        new Console(new PrintWriter(out), new PrintWriter(err), Progress.NONE, Supervision.NONE, screen),
        StudyRegistry.standard(), Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    return new Session(code, out.toString(), err.toString());
  }

  /// `probe` with probes as small, and controls as few, as they may be.
  public static Session probe(Path run, Object... arguments) {
    return of(Stream.of(Stream.of("probe", run), SMALL_PROBE.stream(), Arrays.stream(arguments))
        .flatMap(words -> words).toArray());
  }

  public List<String> errorLines() {
    return err.lines().toList();
  }

  /// Every file below a folder, by its path there.
  public static List<String> files(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A copy of a folder, to be damaged.
  public static Path copy(Path from, Path to) throws IOException {
    for (String file : files(from)) {
      Files.createDirectories(to.resolve(file).getParent());
      Files.copy(from.resolve(file), to.resolve(file));
    }
    return to;
  }
}

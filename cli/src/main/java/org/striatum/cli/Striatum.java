package org.striatum.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.NarrowHelp;
import org.striatum.cli.console.Screen;
import org.striatum.cli.console.StandardOutput;
import org.striatum.cli.option.DecimalCommas;
import org.striatum.cli.option.Mistyped;
import org.striatum.probe.run.Heartbeat;
import org.striatum.probe.run.UserCache;
import org.striatum.reports.database.DatabaseStep;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// `striatum`: finds and tests the sparse reward subsystem of transformer language models.
@Command(name = "striatum", version = Version.NAME, mixinStandardHelpOptions = true, scope = ScopeType.INHERIT, description = "Finds and tests the reward subsystem of a language model: its estimate of success, and whether it uses it.", synopsisSubcommandLabel = "COMMAND", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:done", "1:mistake of the program", "2:usage", "3:checkpoint or parity failure", "4:bad data",
    "5:partial, resumable",
    "130:interrupted"})
public final class Striatum implements Runnable {
  private static final String DEBUG = "--debug";
  /// In the order of the help.
  private static final SequencedMap<String, Class<?>> COMMANDS = byName(DemoCommand.class, PlanCommand.class,
      StudyCommand.class, ScanCommand.class, InspectCommand.class, ParityCommand.class, TasksCommand.class,
      RolloutsCommand.class, GradeCommand.class, CaptureCommand.class, LensCommand.class, AttentionCommand.class,
      ProbeCommand.class, DopamineCommand.class, AblateCommand.class, CompareCommand.class, ConfidenceCommand.class,
      SearchCommand.class, GateCommand.class, MnistCommand.class, NtaCommand.class, ShowCommand.class,
      ForgetCommand.class,
      ShellCommand.class, ReportCommand.class, QueryCommand.class, VerifyCommand.class, CommandLine.HelpCommand.class);

  @Spec
  private CommandSpec spec;

  @Option(names = DEBUG, scope = ScopeType.INHERIT, description = "Show stack traces of errors.")
  private boolean debug;

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // figures look the same everywhere
    StandardOutput out = new StandardOutput();
    Console console = Console.standard(out);
    // In the shell the user's own code may end the process, and there is no command to run again.
    AtomicBoolean running = new AtomicBoolean(
        Stream.of(arguments).filter(word -> !word.startsWith("-")).findFirst().filter(ShellCommand.NAME::equals)
            .isEmpty());
    // The JVM ends with 130 by itself when it is interrupted; this says what to do then.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      if (running.get()) {
        console.error("interrupted: finished steps are kept, run the same command again to continue");
      }
    }, "interrupted"));
    int code;
    try {
      LibraryFolders.below(UserCache.folder());
      code = Heartbeat.heardBy(console.supervision()::beat,
          () -> execute(console, StudyRegistry.standard(), arguments));
    } catch (Exception | OutOfMemoryError | LinkageError fatal) { // the parser passes errors on
      code = ExitCode.report(fatal, console, false);
    }
    running.set(false);
    System.exit(written(code, out, console));
  }

  /// The exit code of a command whose results may not have reached anybody.
  private static int written(int code, StandardOutput out, Console console) {
    console.out().flush();
    return out.lost().isPresent() && code == ExitCode.DONE
        ? console.failed(ExitCode.PARTIAL, "standard output cannot be written (" + out.lost().get()
            + "): run the same command again with room for it, finished steps are kept")
        : code;
  }

  private static SequencedMap<String, Class<?>> byName(Class<?>... commands) {
    SequencedMap<String, Class<?>> named = new LinkedHashMap<>();
    Stream.of(commands).forEach(type -> named.put(type.getAnnotation(Command.class).name(), type));
    return Collections.unmodifiableSequencedMap(named);
  }

  /// Runs a command on a console.
  ///
  /// @return its exit code
  static int execute(Console console, StudyRegistry studies, String... words) {
    StudyRegistry registry = known(studies);
    SequencedMap<String, Supplier<CommandLine>> commands = commands(console, registry);
    // A command costs milliseconds to describe, and there are thirty of them. `help` speaks of all.
    Stream.of(words).filter(word -> !word.equals(DEBUG)).findFirst().filter(commands::containsKey)
        .filter(word -> COMMANDS.get(word) != CommandLine.HelpCommand.class)
        .ifPresent(word -> commands.keySet().retainAll(Set.of(word)));
    return commandLine(console, registry, commands).execute(words);
  }

  /// The complete command line on a console.
  static CommandLine commandLine(Console console) {
    StudyRegistry registry = known(StudyRegistry.standard());
    return commandLine(console, registry, commands(console, registry));
  }

  /// What describes each command, in the order of the help. A study without a command class here gets a command made from its
  /// settings.
  private static SequencedMap<String, Supplier<CommandLine>> commands(Console console, StudyRegistry registry) {
    SequencedMap<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();
    CommandFactory factory = new CommandFactory(console, registry);
    COMMANDS.forEach((name, type) -> commands.put(name, () -> new CommandLine(type, factory)));
    for (Study<?, ?> study : registry.studies()) {
      if (!study.isInternal()) {
        commands.putIfAbsent(study.name(), () -> StudyCommandLine.of(console, registry, study));
      }
    }
    return commands;
  }

  private static CommandLine commandLine(Console console, StudyRegistry registry,
      SequencedMap<String, Supplier<CommandLine>> commands) {
    Striatum striatum = new Striatum();
    CommandLine line = new CommandLine(striatum, new CommandFactory(console, registry));
    commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
    if (commands.containsKey(PlanCommand.NAME)) {
      PlanCommand.fit(line);
    }
    if (commands.containsKey(ScanCommand.NAME)) {
      ScanCommand.passOptions(line, console, registry);
    }
    line.setOut(console.out());
    line.setErr(console.err());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    help(line, console.screen());
    line.setParameterExceptionHandler((refused, _) -> {
      return console.failed(ExitCode.USAGE, Mistyped.explained(refused) + " (try 'striatum "
          + path(refused.getCommandLine()) + "--help')");
    });
    line.setExecutionStrategy(parsed -> {
      DecimalCommas.refuse(parsed);
      return new CommandLine.RunLast().execute(parsed);
    });
    line.setExecutionExceptionHandler((failure, _, _) -> ExitCode.report(failure, console, striatum.debug));
    return line;
  }

  /// No wider than the screen; to a pipe of no known width as wide as the parser has it.
  private static void help(CommandLine line, Screen screen) {
    if (screen.line() < Screen.USUAL) {
      new NarrowHelp(screen.line()).fit(line);
    } else if (screen.line() <= Screen.WIDEST) {
      line.setUsageHelpWidth(screen.line());
    }
  }

  /// The studies, and those of modules that depend on theirs.
  static StudyRegistry known(StudyRegistry studies) {
    return studies.with(DatabaseStep.STUDY);
  }

  private static String path(CommandLine line) {
    return line.getParent() == null ? "" : line.getCommandName() + " ";
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "give a command: demo, study, inspect, rollouts, …");
  }
}

package org.striatum.cli;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
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
    "130:interrupted"}, subcommands = {DemoCommand.class, PlanCommand.class, StudyCommand.class, ScanCommand.class,
        InspectCommand.class, ParityCommand.class, TasksCommand.class,
        RolloutsCommand.class, GradeCommand.class,
        CaptureCommand.class, LensCommand.class, AttentionCommand.class, ProbeCommand.class, DopamineCommand.class,
        AblateCommand.class, CompareCommand.class,
        ConfidenceCommand.class, SearchCommand.class, GateCommand.class, MnistCommand.class, NtaCommand.class,
        ShowCommand.class, ForgetCommand.class, ShellCommand.class, ReportCommand.class, QueryCommand.class,
        VerifyCommand.class, CommandLine.HelpCommand.class})
public final class Striatum implements Runnable {
  @Spec
  private CommandSpec spec;

  @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces of errors.")
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
      code = Heartbeat.heardBy(console.supervision()::beat, () -> commandLine(console).execute(arguments));
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

  /// The complete command line on a console; tests use their own.
  static CommandLine commandLine(Console console) {
    return commandLine(console, StudyRegistry.standard());
  }

  /// The same with other studies. A study without a command class here gets a command made from its settings.
  static CommandLine commandLine(Console console, StudyRegistry studies) {
    StudyRegistry registry = known(studies);
    Striatum striatum = new Striatum();
    CommandLine line = new CommandLine(striatum, new CommandFactory(console, registry));
    for (Study<?, ?> study : registry.studies()) {
      if (!study.isInternal() && !line.getSubcommands().containsKey(study.name())) {
        line.addSubcommand(study.name(), StudyCommandLine.of(console, registry, study));
      }
    }
    PlanCommand.fit(line);
    ScanCommand.passOptions(line, console, registry);
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

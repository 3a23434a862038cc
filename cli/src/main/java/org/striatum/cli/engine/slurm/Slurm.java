package org.striatum.cli.engine.slurm;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.striatum.cli.process.OneLine;
import org.striatum.probe.run.UsageException;

/// SLURM's programs. Where there is no accounting, as in Debian's packages, the controller still tells the ends of jobs for some minutes
/// (`MinJobAge`); later only accounting does.
///
/// @param environment they run in, without what would change what they print
public record Slurm(Map<String, String> environment) {
  private static final Pattern ID = Pattern.compile("^(\\d+)(;\\S*)?$", Pattern.MULTILINE);
  /// A task's index is `12`, or in accounting `34_12`; its state may go on, `CANCELLED by 0`.
  private static final Pattern TASK = Pattern.compile(
      "^(?:\\d+_)?(\\d+)\\|([A-Z_]+)[^|]*\\|([^|]*)\\|([^|]*)\\|(?:(\\d+):)?(\\d+)\\|?$", Pattern.MULTILINE);
  private static final String UNKNOWN = "Invalid job id specified";

  /// What a program printed, errors too.
  private record Said(int code, String text) {
    String line() {
      return OneLine.of(text.lines().map(line -> line.replaceFirst("^\\w+: (error|fatal): ", "")).filter(
          line -> !line.isBlank()).collect(Collectors.joining("; ")));
    }
  }

  public Slurm {
    Map<String, String> kept = new HashMap<>(environment);
    kept.keySet().removeIf(name -> name.startsWith("SQUEUE_") || name.startsWith("SCANCEL_")
        || name.startsWith("SACCT_"));
    environment = Map.copyOf(kept);
  }

  /// Refuses where SLURM is not installed.
  ///
  /// @throws UsageException naming the program that is missing
  public void require() {
    List.of("sbatch", "squeue", "scancel").forEach(this::program);
  }

  /// Submits a batch script.
  ///
  /// @param options of `sbatch`
  /// @return number of the job
  /// @throws SlurmRefusal with what `sbatch` says
  String submit(List<String> options, Path script) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("--parsable"));
    words.addAll(options);
    words.add(script.toString());
    Said said = say("sbatch", words);
    Matcher id = ID.matcher(said.text);
    if (said.code != 0 || !id.find()) {
      throw new SlurmRefusal(said.line());
    }
    return id.group(1);
  }

  /// The tasks of an array job by their numbers; empty if SLURM cannot tell at the moment.
  Optional<SortedMap<Integer, SlurmTask>> tasks(String job) throws IOException, InterruptedException {
    Said said = say("squeue", List.of("--states=all", "--noheader", "--array", "--jobs=" + job,
        "--Format=ArrayTaskID:|,State:|,NodeList:|,Reason:|,exit_code:|"));
    return said.code == 0
        ? Optional.of(tasks(said))
        : said.text.contains(UNKNOWN) ? Optional.of(new TreeMap<>()) : Optional.empty();
  }

  /// What accounting knows of the tasks of a job; nothing where there is none.
  SortedMap<Integer, SlurmTask> accounted(String job) throws IOException, InterruptedException {
    return find("sacct").isEmpty()
        ? new TreeMap<>()
        : tasks(say("sacct", List.of("--noheader", "--parsable2", "--allocations", "--array", "--jobs=" + job,
            "--format=JobID,State,NodeList,Reason,ExitCode")));
  }

  private static SortedMap<Integer, SlurmTask> tasks(Said said) {
    SortedMap<Integer, SlurmTask> tasks = new TreeMap<>();
    Matcher line = TASK.matcher(said.text);
    while (line.find()) {
      int last = Integer.parseInt(line.group(6));
      // squeue gives the status of wait(2), sacct code and signal.
      int code = line.group(5) == null ? last >> 8 & 0xff : Integer.parseInt(line.group(5));
      String node = line.group(3).equals("None assigned") ? "" : line.group(3);
      tasks.put(Integer.valueOf(line.group(1)), new SlurmTask(line.group(2), node, line.group(4), code));
    }
    return tasks;
  }

  /// The jobs of a name that wait or run.
  ///
  /// @throws IOException if SLURM cannot tell
  List<String> named(String name) throws IOException, InterruptedException {
    Said said = say("squeue", List.of("--noheader", "--name=" + name, "--format=%F"));
    if (said.code != 0) {
      throw new IOException("squeue: " + said.line());
    }
    return said.text.lines().map(String::strip).filter(line -> line.matches("\\d+")).distinct().toList();
  }

  /// Cancels a job or one task of it, `12_3`.
  void cancel(String job) throws IOException, InterruptedException {
    say("scancel", List.of("--quiet", job));
  }

  private Said say(String program, List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program(program).toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }

  private Path program(String name) {
    return find(name).orElseThrow(() -> new UsageException(name
        + " is not on the PATH: SLURM's programs are needed where the command is started, most often on a login node"));
  }

  private Optional<Path> find(String name) {
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path file = Path.of(folder, name);
      if (Files.isRegularFile(file) && Files.isExecutable(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }
}

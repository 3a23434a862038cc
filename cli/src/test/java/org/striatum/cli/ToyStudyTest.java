package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.datasets.ProblemSets;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.studies.Run;
import org.striatum.studies.RunOptions;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// A new study is one class and one line in the registry; everything else knows of it then.
class ToyStudyTest {
  /// How long completions are.
  record Lengths() implements Study<Lengths.Settings, Lengths.Results> {
    record Settings(int longerThan) {}

    record Results(int rollouts, double share) {}

    @Override
    public StudyDescription<Settings, Results> about() {
      return StudyDescription.of("lengths", "Count long completions.", new Settings(3), Results.class);
    }

    @Override
    public Scope scope() {
      return Scope.FULL_STUDY;
    }

    @Override
    public List<Study<?, ?>> reads(StudyRun run, Settings settings) {
      return List.of(RolloutStep.STUDY);
    }

    @Override
    public Found<Results> find(StudyRun run, Settings settings) throws IOException {
      List<Rollout> rollouts = run.rollouts();
      long longer = rollouts.stream()
          .filter(rollout -> rollout.tokens().length - rollout.promptLength() > settings.longerThan()).count();
      return Found.only(new Results(rollouts.size(), (double) longer / rollouts.size()));
    }
  }

  private static final StudyRegistry REGISTRY = StudyRegistry.standard().with(new Lengths());

  @TempDir
  private Path folder;

  private final StringWriter out = new StringWriter();

  private int command(Object... words) {
    out.getBuffer().setLength(0);
    PrintWriter writer = new PrintWriter(out, true);
    return Striatum.execute(new Console(writer, new PrintWriter(out, true), Progress.NONE), REGISTRY,
        List.of(words).stream().map(Object::toString).toArray(String[]::new));
  }

  @Test
  void aStudyThatIsListedIsKnownEverywhere() throws IOException {
    Path run = folder.resolve("run");
    Path checkpoint = Path.of("../checkpoints/tiny-reasoner-step2000");
    try (Run made = Run.create(run, checkpoint, RunOptions.defaults().withRegistry(REGISTRY))) {
      made.rollouts(ProblemSets.named("add"), r -> r.withProblems(6).withSamples(1));
    }

    assertThat(command("--help")).isZero();
    assertThat(out.toString()).contains("lengths", "Count long completions.");
    assertThat(command("lengths", run, "--set", "longerThan=5")).isZero();
    assertThat(out.toString()).contains("rollouts", "6", "share");
    assertThat(run.resolve("results/lengths.settings.json")).content().contains("\"format\" : 1",
        "\"longerThan\" : 5");

    assertThat(command("lengths", run, "--set", "longerThan=abc")).isEqualTo(ExitCode.USAGE);
    assertThat(out.toString()).contains("'longerThan' is a whole number, such as 3, found 'abc'");
    assertThat(command("lengths", run, "--set", "longerThan=2.5")).isEqualTo(ExitCode.USAGE);
    assertThat(command("lengths", run, "--set", "longer=2")).isEqualTo(ExitCode.USAGE);

    assertThat(command("show", run)).isZero();
    assertThat(out.toString()).contains("lengths: Count long completions.", "longerThan", "results/lengths.json");
    assertThat(command("verify", run)).isZero();
    assertThat(out.toString()).contains("= results/lengths.json");
    assertThat(command("report", run, "--checkpoint", checkpoint)).isZero();
    assertThat(run.resolve("report.html")).content().contains("<h3>lengths</h3>", "Count long completions.",
        "longerThan");
  }

  @Test
  void aCommandHasOnlyOptionsThatChangeSomething() {
    assertThat(command("lengths", "--help")).isZero();
    assertThat(out.toString()).contains("--set", "--json").doesNotContain("--seed", "--memory", "--batch-size",
        "--checkpoint", "--threads");
    assertThat(command("lengths", folder, "--seed", 7)).isEqualTo(ExitCode.USAGE);
    assertThat(out.toString()).contains("--seed");
  }

  @Test
  void aRunAnswersByItsOwnStudies() throws IOException {
    Path run = folder.resolve("run");
    try (Run made = Run.create(run, Path.of("../checkpoints/tiny-reasoner-step2000"),
        RunOptions.defaults().withRegistry(REGISTRY))) {
      made.rollouts(ProblemSets.named("add"), r -> r.withProblems(6).withSamples(1));
      made.run(new Lengths(), settings -> settings);
      made.answers();
      assertThat(made.folder().manifest().step("answers").orElseThrow().after()).contains("lengths");
    }
  }

  @Test
  void aForgedResultIsFoundByVerify() throws IOException {
    Path run = folder.resolve("run");
    try (Run made = Run.create(run, Path.of("../checkpoints/tiny-reasoner-step2000"))) {
      made.rollouts(ProblemSets.named("add"), r -> r.withProblems(6).withSamples(1));
      made.run(new Lengths(), settings -> settings);
    }
    Path results = run.resolve("results/lengths.json");
    Files.writeString(results, Files.readString(results).replace("\"rollouts\" : 6", "\"rollouts\" : 7"));
    assertThat(command("verify", run)).isNotZero();
    assertThat(command("lengths", run)).as("made again").isZero();
    assertThat(command("verify", run)).isZero();
  }

  @Test
  void aSettingThatIsNoneIsRefusedNamingThoseThatAre() {
    assertThat(REGISTRY.of(Study.Scope.FULL_STUDY)).contains(new Lengths());
    assertThat(command("lengths", folder, "--set", "longerThan=5")).as("no run there").isEqualTo(2);
    assertThat(out.toString()).contains("is not a run folder");
  }
}

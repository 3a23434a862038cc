package org.striatum.studies.registration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSource;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.registration.Plan.PlannedData;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;

/// Ties a run to the plan that lies in its folder, before its first result.
public final class Registration {
  private Registration() {}

  /// Puts a plan into a run folder, which is made if need be. The run's first step registers it.
  ///
  /// @throws UsageException if the run has results, or follows another plan
  public static void place(Path plan, Path folder) throws IOException {
    PlanFile file = PlanFile.read(plan);
    try (RunFolder run = RunFolder.create(folder)) {
      Manifest.Plan before = run.manifest().plan();
      Path there = folder.resolve(PlanFile.NAME);
      if (before != null) {
        requireSame(folder, before.sha256(), file.sha256());
      } else {
        requireUnbegun(run);
      }
      if (Files.exists(there)) {
        requireSame(folder, Sha256.of(there), file.sha256());
      } else {
        PlanFile.copy(plan, folder);
      }
    }
  }

  private static void requireSame(Path folder, Sha256 there, Sha256 here) {
    if (!there.equals(here)) {
      throw new UsageException("%s follows another plan (%s… there, %s… here): choose another folder".formatted(folder,
          there.hex().substring(0, 8), here.hex().substring(0, 8)));
    }
  }

  private static void requireUnbegun(RunFolder run) {
    if (!run.manifest().steps().isEmpty()) {
      throw new UsageException(run.folder() + " has results already (" + run.manifest().steps().getFirst().name()
          + "), and a plan is made before the first one: choose another folder");
    }
  }

  /// Registers the plan in the run's folder, if there is one: its checksum and its primary family stand in the manifest from
  /// then on.
  ///
  /// @param sets that the run is about
  /// @throws UsageException if the plan is of another checkpoint or of other data, saying what differs
  public static void begin(StudyRun run, List<ProblemSet> sets, int problems, long seed) throws IOException {
    Path file = run.folder().folder().resolve(PlanFile.NAME);
    if (run.folder().manifest().plan() != null || !Files.exists(file)) {
      return;
    }
    if (!run.folder().manifest().steps().isEmpty()) {
      run.note().accept(PlanFile.NAME + " came after the first result, so it is not registered");
      return;
    }
    PlanFile plan = PlanFile.read(file);
    List<String> differences = new ArrayList<>(checkpoint(plan.plan(), run.model().inputs().checkpoint()));
    differences.addAll(data(plan.plan(), sets, problems, seed));
    if (!differences.isEmpty()) {
      throw new UsageException(file + " is a plan of something else: " + String.join("; ", differences)
          + ": plan again, or choose another folder");
    }
    run.folder().register(new Manifest.Plan(plan.sha256(), plan.plan().primary()));
    run.note().accept("registered: " + PlanFile.NAME + " " + plan.sha256().hex().substring(0, 8) + "…");
  }

  /// Refuses completions that another program made where a plan lies: they were there before it.
  ///
  /// @throws UsageException if a plan is there that the run has not registered
  public static void refuse(StudyRun run) {
    if (run.folder().manifest().plan() == null && Files.exists(run.folder().folder().resolve(PlanFile.NAME))) {
      throw new UsageException(run.folder().folder() + " holds a plan, and completions that another program made follow"
          + " none: remove " + PlanFile.NAME + ", or choose another folder");
    }
  }

  private static List<String> checkpoint(Plan plan, Manifest.Checkpoint here) {
    SortedMap<String, Sha256> planned = plan.told().files();
    if (planned.equals(here.files())) {
      return List.of();
    }
    SortedMap<String, Sha256> all = new TreeMap<>(planned);
    all.putAll(here.files());
    String first = all.keySet().stream().filter(name -> !Objects.equals(planned.get(name), here.files().get(name)))
        .findFirst().orElseThrow();
    return List.of("the checkpoint is %s there and %s here (%s %s there, %s here)".formatted(plan.told().checkpoint(),
        here.name(), first, brief(planned.get(first)), brief(here.files().get(first))));
  }

  private static List<String> data(Plan plan, List<ProblemSet> sets, int problems, long seed) {
    List<String> differences = new ArrayList<>();
    SortedMap<String, PlannedData> here = data(sets, problems, seed);
    if (!here.keySet().equals(plan.told().data().keySet())) {
      differences.add("the problem sets are " + String.join(", ", plan.told().data().keySet()) + " there and "
          + String.join(", ", here.keySet()) + " here");
    }
    for (Map.Entry<String, PlannedData> set : plan.told().data().entrySet()) {
      PlannedData now = here.get(set.getKey());
      PlannedData then = set.getValue();
      if (now == null) {
        continue;
      }
      if (!Objects.equals(then.sha256(), now.sha256())) {
        differences.add("%s has changed since (%s there, %s here; %d problems there, %d here)".formatted(
            then.file() == null ? set.getKey() : then.file(), brief(then.sha256()), brief(now.sha256()),
            then.problems(), now.problems()));
      } else if (then.problems() == now.problems() && !then.drawn().equals(now.drawn())) {
        differences.add("the problems of %s are others (checksum %s there, %s here)".formatted(set.getKey(),
            brief(then.drawn()), brief(now.drawn())));
      }
    }
    return differences;
  }

  private static String brief(Sha256 sum) {
    return sum == null ? "none" : sum.hex().substring(0, 8) + "…";
  }

  /// What a run of these sets draws.
  public static SortedMap<String, PlannedData> data(List<ProblemSet> sets, int problems, long seed) {
    SortedMap<String, PlannedData> data = new TreeMap<>();
    for (ProblemSet set : sets) {
      var drawn = set.draw(problems, seed);
      data.put(set.name(), new PlannedData(set.origin().map(ProblemSource::file).orElse(null),
          set.origin().map(ProblemSource::sha256).orElse(null), drawn.size(),
          Sha256.of(RecordJson.compact(drawn))));
    }
    return data;
  }
}

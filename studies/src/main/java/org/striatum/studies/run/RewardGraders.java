package org.striatum.studies.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.grading.GraderVersion;
import org.striatum.probe.rollout.Grader;

/// What gave the rewards of a run, beside what would give them now.
public final class RewardGraders {
  private RewardGraders() {}

  /// Dataset → the version of its grader that this program has; without graders of the caller.
  public static SortedMap<String, GraderVersion> versions(Map<String, Grader> graders) {
    SortedMap<String, GraderVersion> versions = new TreeMap<>();
    graders.forEach((dataset, grader) -> GraderVersion.of(grader).ifPresent(version -> versions.put(dataset, version)));
    return versions;
  }

  /// What a step that fixes the inputs writes into the manifest. Rewards that are finished keep the version that gave them: it is
  /// not this program's because the same command was given again.
  public static SortedMap<String, GraderVersion> settled(RunFolder folder, SortedMap<String, GraderVersion> now) {
    Manifest manifest = folder.manifest();
    return manifest.step(StudyRun.ROLLOUTS).isPresent() && manifest.inputs().data() != null
        ? manifest.inputs().data().graders()
        : now;
  }

  /// Dataset → its grader and version, and this program's where that is another.
  public static SortedMap<String, String> printed(RunFolder folder) throws IOException {
    ProblemSources sources = ProblemSources.of(folder.folder());
    SortedMap<String, String> printed = new TreeMap<>();
    Manifest.Data data = folder.manifest().inputs().data();
    if (data != null && data.graders() != null) {
      data.graders().forEach((dataset, then) -> printed.put(dataset, then.printed()
          + other(sources, dataset, then).map(now -> "; stale: this program has " + now.printed()).orElse("")));
    } else {
      sources.sets().stream().filter(source -> source.grader() != null)
          .forEach(source -> printed.put(source.dataset(), source.grader().printed() + ", version not kept"));
    }
    return printed;
  }

  /// One line for each dataset whose rewards another version of its grader gave, and one where versions were not kept; none if all
  /// are this program's.
  public static List<String> stale(RunFolder folder) throws IOException {
    Manifest.Data data = folder.manifest().inputs().data();
    if (data == null || folder.manifest().step(StudyRun.ROLLOUTS).isEmpty()) {
      return List.of();
    }
    ProblemSources sources = ProblemSources.of(folder.folder());
    if (data.graders() == null) {
      return data.sets().stream().allMatch(set -> sources.find(set).isEmpty())
          ? List.of() // scores of another program
          : List.of("which versions of graders gave the rewards was not kept when the run was made");
    }
    List<String> stale = new ArrayList<>();
    data.graders().forEach((dataset, then) -> other(sources, dataset, then).ifPresent(
        now -> stale.add("rewards of %s are stale: given by %s, this program has %s: grade the run again"
            .formatted(dataset, then.printed(), now.printed()))));
    return stale;
  }

  private static Optional<GraderVersion> other(ProblemSources sources, String dataset, GraderVersion then) {
    return sources.find(dataset).flatMap(GraderVersion::of).filter(now -> !now.equals(then));
  }
}

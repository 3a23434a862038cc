package org.striatum.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.striatum.probe.rollout.Grader;

/// The problem sets that `--tasks` knows by name.
public final class ProblemSets {
  /// All of them, in the order of their listing.
  public static final List<ProblemSet> KNOWN = List.of(new Arithmetic.Add(), new Arithmetic.Mul(), new Arithmetic.Mod(),
      new Arithmetic.Expr());

  private ProblemSets() {}

  /// What checks the answers of a dataset.
  ///
  /// @throws IllegalArgumentException if no set has this name
  public static Grader grader(String dataset) {
    return named(dataset).getFirst().grader();
  }

  /// The sets of a comma-separated list, in its order: `named("add,mul")`.
  ///
  /// @throws IllegalArgumentException if a name is unknown, listing those that are known, or repeats
  public static List<ProblemSet> named(String names) {
    List<ProblemSet> sets = new ArrayList<>();
    for (String name : names.split(",", -1)) {
      ProblemSet set = KNOWN.stream().filter(known -> known.name().equals(name.strip())).findFirst()
          .orElseThrow(() -> new IllegalArgumentException("unknown task '" + name.strip() + "': the tasks are "
              + KNOWN.stream().map(ProblemSet::name).collect(Collectors.joining(", "))));
      if (sets.contains(set)) {
        throw new IllegalArgumentException("a task must be named once, found '" + set.name() + "' twice in " + names);
      }
      sets.add(set);
    }
    return sets;
  }
}

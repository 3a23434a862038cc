package org.striatum.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.UsageException;

/// The generated problem sets, by name.
public final class ProblemSets {
  /// All of them, in the order in which they are listed: the four families, those with prompts of one length, then those with
  /// longer operands.
  public static final List<ProblemSet> KNOWN = List.of(new Arithmetic.Add(), new Arithmetic.Mul(), new Arithmetic.Mod(),
      new Arithmetic.Expr(), new Arithmetic.AddFixed(), new Arithmetic.MulFixed(), new Arithmetic.ModFixed(),
      new Arithmetic.ExprFixed(), new Arithmetic.AddLong(), new Arithmetic.MulLong());

  private ProblemSets() {}

  /// The grader of a dataset, by its name.
  ///
  /// @throws UsageException if no problem set has this name, listing those that do
  public static Grader grader(String dataset) {
    return known(dataset).grader();
  }

  static Optional<ProblemSet> find(String name) {
    return KNOWN.stream().filter(known -> known.name().equals(name)).findFirst();
  }

  private static ProblemSet known(String name) {
    return find(name).orElseThrow(() -> unknown(name, KNOWN.stream().map(ProblemSet::name).toList()));
  }

  private static UsageException unknown(String name, List<String> known) {
    return new UsageException("unknown task '" + name + "': the tasks are " + String.join(", ", known)
        + NearestNames.meant(name, known));
  }

  /// The sets of a comma-separated list, in its order: `named("add,mul")`.
  ///
  /// @throws UsageException if a name is unknown, listing those that are known, or repeats
  public static List<ProblemSet> named(String names) {
    List<ProblemSet> sets = new ArrayList<>();
    for (String name : names.split(",", -1)) {
      ProblemSet set = known(name.strip());
      if (sets.contains(set)) {
        throw new UsageException("a task must be named once, found '" + set.name() + "' twice in " + names);
      }
      sets.add(set);
    }
    return sets;
  }
}

package org.striatum.probe.sparse;

import org.striatum.probe.run.Printed;

/// The solvers of sparse paths.
public enum SolverKind implements Printed {
  /// Ours, see [PathSolver].
  PATH("path"),
  /// Smile's own, an independent and slow check; it has no logistic path.
  SMILE("smile");

  private final String printed;

  SolverKind(String printed) {
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }

  public Solver solver() {
    return this == PATH ? new PathSolver() : new SmileSolver();
  }

  /// The solver of that printed name.
  ///
  /// @throws IllegalArgumentException on any other name
  public static SolverKind named(String name) {
    return Printed.named(SolverKind.class, "solver", name);
  }
}

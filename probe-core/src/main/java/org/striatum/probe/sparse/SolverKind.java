package org.striatum.probe.sparse;

import org.striatum.probe.run.Printed;

/// The solvers of sparse paths.
public enum SolverKind implements Printed {
  /// Ours, see [PathSolver].
  PATH("path", new PathSolver()),
  /// Smile's own, an independent and slow check; it has no logistic path.
  SMILE("smile", new SmileSolver());

  private final String printed;
  private final Solver solver;

  SolverKind(String printed, Solver solver) {
    this.printed = printed;
    this.solver = solver;
  }

  @Override
  public String printed() {
    return printed;
  }

  public Solver solver() {
    return solver;
  }

  /// The solver of that printed name.
  ///
  /// @throws IllegalArgumentException on any other name
  public static SolverKind named(String name) {
    return Printed.named(SolverKind.class, "solver", name);
  }
}

package org.striatum.probe.run;

/// Some [Pieces] of a study's work are not here: what was asked for cannot be joined yet. It ends the part of the study that asked; whoever
/// runs the study has the pieces computed and runs it again. It is no failure, and has no stack trace.
public final class PendingPieces extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param work whose pieces they are
  public PendingPieces(String work) {
    super("pieces of '" + work + "' are computed elsewhere", null, false, false);
  }
}

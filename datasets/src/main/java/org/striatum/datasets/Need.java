package org.striatum.datasets;

/// What the caller must say, because a file does not. A refusal carries these so that a command line can name its options.
public enum Need {
  /// How answers are compared.
  GRADER,
  /// The same, when the completions are imported: afterwards it is too late.
  GRADER_AT_IMPORT,
  /// Which column of a table holds what.
  COLUMNS,
  /// Which column holds the reference answers of imported completions.
  REFERENCE_COLUMN,
  /// What writes messages as a prompt, where a checkpoint has nothing that does.
  CHAT_TEMPLATE
}

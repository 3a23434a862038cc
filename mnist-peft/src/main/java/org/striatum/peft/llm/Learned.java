package org.striatum.peft.llm;

/// The result of training: the state that was best on validation problems.
///
/// @param parameters (parameters)
/// @param step it was reached at; 0 for the beginning
/// @param start mean log-probability a token of validation solutions at the beginning, in nats
/// @param validation the same at the kept state
/// @param stopped why training ended before its last step; null where it did not
public record Learned(float[] parameters, int step, double start, double validation, String stopped) {
  public Learned {
    parameters = parameters.clone();
  }
}

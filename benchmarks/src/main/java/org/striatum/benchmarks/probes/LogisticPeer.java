package org.striatum.benchmarks.probes;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.striatum.benchmarks.measure.Peer;

/// One of scikit-learn's solvers at a tolerance, and the path it gave.
///
/// @param seconds that the path took
record LogisticPeer(String solver, double tolerance, double[] lambdas, double seconds, FittedPath path) {
  private static final double PATIENCE = 120; // seconds

  /// The fastest of the solvers, each at the first tolerance whose path will do. A solver that takes longer than the
  /// fastest so far is given up.
  static LogisticPeer fastest(Peer peer, double[] lambdas, List<Double> tolerances, Predicate<FittedPath> does)
      throws IOException {
    LogisticPeer fastest = null;
    for (String solver : List.of("liblinear", "saga")) {
      for (double tolerance : tolerances) {
        double patience = fastest == null ? PATIENCE : fastest.seconds;
        JsonNode answer = peer.say(request(solver, tolerance, lambdas, patience, true));
        if (answer.get("gave_up").asBoolean()) {
          break;
        }
        LogisticPeer found = new LogisticPeer(solver, tolerance, lambdas, answer.get("seconds").asDouble(),
            FittedPath.of(answer));
        if (does.test(found.path)) {
          fastest = fastest == null || found.seconds < fastest.seconds ? found : fastest;
          break;
        }
      }
    }
    if (fastest == null) {
      throw new IllegalStateException("no solver of the peer reached our objective in " + PATIENCE
          + " s: the two sides fit different paths");
    }
    return fastest;
  }

  Map<String, Object> request(boolean give) {
    return request(solver, tolerance, lambdas, PATIENCE, give);
  }

  private static Map<String, Object> request(String solver, double tolerance, double[] lambdas, double patience,
      boolean give) {
    return Map.of("logistic", lambdas, "solver", solver, "tol", tolerance, "patience", patience, "give", give);
  }

  @Override
  public String toString() {
    return "%s, tol %.0e".formatted(solver, tolerance);
  }
}

package org.striatum.studies.dopamine;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.dopamine.Continuations;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;

/// One line of `continuations.jsonl`: a rollout split into steps, and the outcomes of the continuations sampled before
/// each step.
///
/// @param line of the rollout in `rollouts.jsonl`, from 0
/// @param ends last state of each step: state 0 is s₀, state t the t-th generated token
/// @param outcomes before each step, one character per continuation in the order they were drawn: `1` right, `0` wrong;
///     empty texts if none were drawn
/// @param entropies of the distribution each generated token was drawn from, in nats, to four decimals
public record ContinuedRollout(int line, int[] ends, List<String> outcomes, double[] entropies) {
  private static final FileFormat FORMAT = new FileFormat("continuations", 1);

  public ContinuedRollout {
    ends = new Steps(ends).ends();
    outcomes = List.copyOf(outcomes);
    entropies = entropies.clone();
    if (line < 0 || outcomes.size() != ends.length) {
      throw new IllegalArgumentException("a continued rollout has a line ≥ 0 and outcomes before each step, found line "
          + line + " and outcomes before " + outcomes.size() + " of " + ends.length + " steps");
    }
    for (String drawn : outcomes) {
      if (drawn.chars().anyMatch(c -> c != '0' && c != '1')) {
        throw new IllegalArgumentException("outcomes are written as 0 and 1, found '" + drawn + "'");
      }
    }
  }

  public Steps steps() {
    return new Steps(ends);
  }

  /// The outcomes before each step, split into halves.
  public List<Continuations> continuations() {
    return outcomes.stream().map(drawn -> {
      boolean[] right = new boolean[drawn.length()];
      for (int k = 0; k < right.length; k++) {
        right[k] = drawn.charAt(k) == '1';
      }
      return Continuations.of(right);
    }).toList();
  }

  /// Writes one line per rollout, atomically.
  public static void write(Path file, List<ContinuedRollout> rollouts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ContinuedRollout rollout : rollouts) {
      bytes.writeBytes(RecordJson.compact(FORMAT, rollout));
      bytes.write('\n');
    }
    AtomicFile.write(file, bytes.toByteArray());
  }

  /// Reads what [#write] wrote.
  ///
  /// @throws BadDataException if a line is malformed, naming it, counted from 1
  public static List<ContinuedRollout> read(Path file) throws IOException {
    List<ContinuedRollout> rollouts = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rollouts.add(RecordJson.parse(line.getBytes(StandardCharsets.UTF_8), FORMAT, ContinuedRollout.class,
            file + ", line " + (rollouts.size() + 1)));
      }
    }
    return rollouts;
  }
}

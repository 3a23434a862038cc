package org.striatum.studies.series;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.striatum.probe.run.Progress;
import org.striatum.probe.transfer.PromptStates;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferStudy;

/// Tests which checkpoints share a basis. Up to [#ALL_PAIRS] of them, every pair; of more, each with the one before it along training
/// and with the last, so that the time is linear in their number. States are kept until no later pair needs them: of more than
/// [#ALL_PAIRS] checkpoints three are in memory at a time, and each is read once.
final class SeriesBases {
  /// The most checkpoints of which every pair is tested.
  static final int ALL_PAIRS = 8;
  /// The most bytes of states that are kept beside those of [#LEAST_KEPT] checkpoints.
  private static final long KEPT_BYTES = 256L << 20;
  /// A checkpoint, the one before it, and the last.
  private static final int LEAST_KEPT = 3;

  /// Reads a checkpoint's states, which takes an open store.
  interface Reader {
    PromptStates read(String name) throws IOException;
  }

  /// Two checkpoints, the one given first in front.
  record Pair(String first, String second) {}

  private final Reader reader;
  /// The one asked for last at the end.
  private final SequencedMap<String, PromptStates> kept = new LinkedHashMap<>();

  SeriesBases(Reader reader) {
    this.reader = reader;
  }

  /// The pairs that are tested, in an order in which no states are kept for long.
  ///
  /// @param names in the order given
  static List<Pair> pairs(List<String> names) {
    List<String> along = SeriesResults.Place.along(names);
    String last = lastTrained(along);
    SequencedSet<Pair> pairs = new LinkedHashSet<>();
    for (int i = 0; i < along.size(); i++) {
      if (along.size() <= ALL_PAIRS) {
        for (String earlier : along.subList(0, i)) {
          pairs.add(inOrder(names, earlier, along.get(i)));
        }
      } else {
        if (i > 0) {
          pairs.add(inOrder(names, along.get(i - 1), along.get(i)));
        }
        if (!along.get(i).equals(last)) {
          pairs.add(inOrder(names, along.get(i), last));
        }
      }
    }
    return List.copyOf(pairs);
  }

  /// Those without a step come behind it, and are held against it too: most were tuned from a checkpoint of the series.
  private static String lastTrained(List<String> along) {
    return along.stream().filter(name -> SeriesResults.Place.of(name).step() != null).reduce((_, later) -> later)
        .orElse(along.isEmpty() ? null : along.getLast());
  }

  private static Pair inOrder(List<String> names, String one, String other) {
    return names.indexOf(one) < names.indexOf(other) ? new Pair(one, other) : new Pair(other, one);
  }

  /// Tests the pairs of a series.
  ///
  /// @return rows by the first and then by the second checkpoint
  List<Basis> test(List<String> names, TransferStudy study, Progress progress) throws IOException {
    List<Pair> pairs = pairs(names);
    List<Basis> bases = new ArrayList<>();
    try (Progress.Task task = progress.start("bases", pairs.size(), "pair")) {
      for (int i = 0; i < pairs.size(); i++) {
        List<Pair> ahead = pairs.subList(i, pairs.size());
        kept.keySet().removeIf(
            name -> ahead.stream().noneMatch(pair -> pair.first().equals(name) || pair.second().equals(name)));
        bases.add(study.basis(states(pairs.get(i).first()), states(pairs.get(i).second())));
        task.step(1);
      }
    }
    bases.sort(Comparator.<Basis>comparingInt(basis -> names.indexOf(basis.first()))
        .thenComparingInt(basis -> names.indexOf(basis.second())));
    return bases;
  }

  private PromptStates states(String name) throws IOException {
    PromptStates known = kept.remove(name);
    PromptStates states = known == null ? reader.read(name) : known;
    kept.putLast(name, states);
    while (kept.size() > LEAST_KEPT && kept.values().stream().mapToLong(PromptStates::bytes).sum() > KEPT_BYTES) {
      kept.pollFirstEntry();
    }
    return states;
  }
}

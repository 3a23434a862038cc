package org.striatum.studies.shares;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.PendingPieces;
import org.striatum.probe.run.Pieces;

/// The pieces of one study's work: those that files hold are taken from there, some are computed here, the others stay pending.
///
/// A batch for which there are [too little data][NotEnoughData] comes to that: it is kept as pieces are, and told to the study in the order
/// of its batches, as if it had been computed there.
final class KeptPieces implements Pieces {
  private final List<PieceFile> kept;
  private final PieceFile own;
  private final Choice computedHere;
  private final Consumer<String> damaged;
  /// Work → batches that are not here.
  private final Map<String, List<List<Integer>>> pending = new LinkedHashMap<>();
  private double pendingSeconds;

  /// Which batches are computed here.
  @FunctionalInterface
  interface Choice {
    /// Whether one is. Asked in the order in which they would be computed.
    boolean takes(Work<?> work, List<Integer> batch);
  }

  /// @param kept files that are read
  /// @param own file that is read first and takes what is computed
  /// @param computedHere whether a batch of some work is computed here
  /// @param damaged told of work of which a kept piece does not hold
  KeptPieces(List<PieceFile> kept, PieceFile own, Choice computedHere, Consumer<String> damaged) {
    this.kept = List.copyOf(kept);
    this.own = own;
    this.computedHere = computedHere;
    this.damaged = damaged;
  }

  /// The batches that were asked for and are not here, by work.
  Map<String, List<List<Integer>>> pending() {
    return pending;
  }

  /// How long those take on one core, about; infinite where it is not known.
  double pendingSeconds() {
    return pendingSeconds;
  }

  @Override
  public int left(Work<?> work) {
    return work.batches().stream().filter(batch -> batch.stream().anyMatch(i -> !has(work, i))).mapToInt(List::size)
        .sum();
  }

  private <R> boolean has(Work<R> work, int index) {
    return find(work, index).isPresent();
  }

  @Override
  public <R> List<R> all(Work<R> work, Consumer<List<R>> computed) {
    Object[] values = new Object[work.count()];
    boolean lost = false;
    for (int i = 0; i < values.length; i++) {
      values[i] = find(work, i).orElse(null);
      lost |= values[i] == null && isKept(work.name(), i) && refusal(work.name(), i).isEmpty();
    }
    if (lost) {
      damaged.accept(work.name());
    }
    List<List<Integer>> missing = new ArrayList<>();
    Optional<NotEnoughData> refused = Optional.empty();
    for (List<Integer> batch : work.batches()) {
      if (batch.stream().allMatch(i -> values[i] != null)) {
        continue;
      }
      Optional<NotEnoughData> little = refusal(work.name(), batch.getFirst());
      if (little.isEmpty()) {
        if (!computedHere.takes(work, batch)) {
          missing.add(batch);
          continue;
        }
        little = compute(work, batch, values, computed);
      }
      if (missing.isEmpty() && refused.isEmpty()) {
        refused = little;
      }
    }
    if (refused.isPresent()) {
      throw refused.get();
    }
    if (!missing.isEmpty()) {
      pending.put(work.name(), missing);
      pendingSeconds += work.seconds(missing.stream().mapToInt(List::size).sum());
      throw new PendingPieces(work.name());
    }
    return work.joined(values);
  }

  /// Computes a batch and keeps what it comes to: values, or too little data for them.
  private <R> Optional<NotEnoughData> compute(Work<R> work, List<Integer> batch, Object[] values,
      Consumer<List<R>> computed) {
    List<R> found;
    try {
      found = work.compute(batch);
    } catch (NotEnoughData little) {
      keep(() -> own.refuse(work.name(), batch, little));
      return Optional.of(little);
    }
    SortedMap<Integer, R> added = new TreeMap<>();
    for (int b = 0; b < batch.size(); b++) {
      values[batch.get(b)] = found.get(b);
      added.put(batch.get(b), found.get(b));
    }
    keep(() -> own.add(work.name(), added));
    computed.accept(found);
    return Optional.empty();
  }

  @Override
  public void apart(Runnable part) {
    try {
      part.run();
    } catch (PendingPieces _) {
      // Noted when it was thrown: the study is run again when they are here.
    }
  }

  @FunctionalInterface
  private interface Write {
    void run() throws IOException;
  }

  private static void keep(Write write) {
    try {
      write.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isKept(String work, int index) {
    return files().anyMatch(file -> file.has(work, index));
  }

  private Stream<PieceFile> files() {
    return Stream.concat(Stream.of(own), kept.stream());
  }

  private Optional<NotEnoughData> refusal(String work, int index) {
    try {
      for (PieceFile file : files().toList()) {
        Optional<NotEnoughData> little = file.refusal(work, index);
        if (little.isPresent()) {
          return little;
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <R> Optional<R> find(Work<R> work, int index) {
    try {
      Optional<R> found = own.find(work.name(), index, work.type());
      for (int k = 0; found.isEmpty() && k < kept.size(); k++) {
        found = kept.get(k).find(work.name(), index, work.type());
      }
      return found.filter(value -> work.check().holds(index, value));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

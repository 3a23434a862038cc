package org.striatum.probe.run;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Where the pieces of long work are computed. A study says how its work is cut into pieces that do not depend on each other, and joins
/// what came of them in their order; whether a piece is computed now, was kept by an interrupted run or comes from another machine makes no
/// difference to its results.
///
/// What a piece comes to must be a function of the work's name and the piece's index alone: it draws from no generator that other
/// pieces draw from.
public interface Pieces {
  /// Computes every piece when it is asked for, and keeps none.
  Pieces HERE = new Pieces() {
    @Override
    public int left(Work<?> work) {
      return work.count;
    }

    @Override
    public <R> List<R> all(Work<R> work, Consumer<List<R>> computed) {
      Object[] found = new Object[work.count];
      for (List<Integer> batch : work.batches) {
        List<R> values = work.compute(batch);
        for (int b = 0; b < batch.size(); b++) {
          found[batch.get(b)] = values.get(b);
        }
        computed.accept(values);
      }
      return work.joined(found);
    }

    @Override
    public void apart(Runnable part) {
      part.run();
    }
  };

  /// How many pieces have to be computed: those of every batch that is not here whole.
  int left(Work<?> work);

  /// What every piece comes to, in order.
  ///
  /// @param computed told what each batch came to that was computed here
  /// @throws PendingPieces if some are not here: they are computed elsewhere
  /// @throws java.io.UncheckedIOException if what was computed cannot be kept
  <R> List<R> all(Work<R> work, Consumer<List<R>> computed);

  /// The same, telling nobody.
  default <R> List<R> all(Work<R> work) {
    return all(work, _ -> {});
  }

  /// The same under a task of progress, which begins with what is not computed any more.
  ///
  /// @param work whose pieces step the task that it is given
  default <R> List<R> all(Progress progress, String title, String unit, Function<Progress.Task, Work<R>> work,
      Consumer<List<R>> computed) {
    Work<R> silent = work.apply(Progress.Task.SILENT);
    try (Progress.Task task = progress.resume(title, silent.count(), silent.count() - left(silent), unit)) {
      return all(work.apply(task), computed);
    }
  }

  /// The same, telling nobody else.
  default <R> List<R> all(Progress progress, String title, String unit, Function<Progress.Task, Work<R>> work) {
    return all(progress, title, unit, work, _ -> {});
  }

  /// Runs a part of a study that needs nothing of what its other parts find: where its pieces are not here, the others still go on. It
  /// must not draw from a generator that another part draws from.
  void apart(Runnable part);

  /// The same for a part that finds something.
  default <T> Part<T> part(Supplier<T> part) {
    Part<T> own = new Part<>();
    apart(() -> own.find(part));
    return own;
  }

  /// What a part of a study found, if its pieces were here.
  final class Part<T> implements Supplier<T> {
    private boolean found;
    private T value;

    private Part() {}

    private void find(Supplier<T> part) {
      value = part.get();
      found = true;
    }

    /// What it found.
    ///
    /// @throws PendingPieces if its pieces are computed elsewhere
    @Override
    public T get() {
      if (!found) {
        throw new PendingPieces("a part of the study");
      }
      return value;
    }
  }

  /// Work cut into pieces.
  ///
  /// @param name distinct within a study; it names everything that decides the pieces and that the study's settings and inputs do not
  /// @param type of what a piece comes to: one that [RecordJson] holds whole
  /// @param count how many pieces there are
  /// @param batches pieces that are computed together, by their indices: each in one of them
  /// @param batch computes one: a value for each of its pieces
  /// @param check whether what was kept of a piece still holds
  /// @param operations of a piece, about; NaN where nobody has counted them
  record Work<R>(String name, Class<R> type, int count, List<List<Integer>> batches, Batch<R> batch, Check<R> check,
      double operations) {
    private static final double OPERATIONS_A_SECOND = 1e9;
    /// A block of small pieces takes about a tenth of a second.
    private static final double BLOCK_OPERATIONS = OPERATIONS_A_SECOND / 10;

    /// Computes the pieces of a batch.
    @FunctionalInterface
    public interface Batch<R> {
      List<R> compute(List<Integer> pieces);
    }

    /// Computes one piece.
    @FunctionalInterface
    public interface Piece<R> {
      R compute(int piece);
    }

    /// Whether what was kept of a piece can be taken.
    @FunctionalInterface
    public interface Check<R> {
      boolean holds(int piece, R kept);
    }

    public Work {
      batches = List.copyOf(batches);
      int batched = batches.stream().mapToInt(List::size).sum();
      if (batched != count) {
        throw new IllegalArgumentException(
            name + ": each of " + count + " pieces must be in one batch, found " + batched);
      }
    }

    /// Work whose pieces are computed one by one.
    public static <R> Work<R> of(String name, Class<R> type, int count, Piece<R> piece) {
      return new Work<>(name, type, count, IntStream.range(0, count).mapToObj(List::of).toList(),
          alone -> List.of(piece.compute(alone.getFirst())), (_, _) -> true, Double.NaN);
    }

    /// Work whose pieces are computed one by one, and kept in blocks where they are so small that keeping each would cost as much.
    ///
    /// @param operations of a piece, about; it decides the blocks, so that nothing may decide it that differs between machines
    public static <R> Work<R> of(String name, Class<R> type, int count, double operations, Piece<R> piece) {
      int size = (int) Math.clamp(Math.ceil(BLOCK_OPERATIONS / Math.max(1, operations)), 1, Math.max(1, count));
      return new Work<>(name, type, count, batches(count, size), block -> block.stream().map(piece::compute).toList(),
          (_, _) -> true, operations);
    }

    /// Pieces in their order, so many a batch.
    public static List<List<Integer>> batches(int count, int size) {
      return IntStream.range(0, Math.ceilDiv(count, Math.max(1, size)))
          .mapToObj(b -> IntStream.range(b * size, Math.min(count, (b + 1) * size)).boxed().toList()).toList();
    }

    /// Work whose pieces are computed some at a time.
    public static <R> Work<R> of(String name, Class<R> type, List<List<Integer>> batches, Batch<R> batch) {
      return new Work<>(name, type, batches.stream().mapToInt(List::size).sum(), batches, batch, (_, _) -> true,
          Double.NaN);
    }

    /// The same, where what was kept may not hold: a piece that does not is computed again.
    public Work<R> checked(Check<R> holds) {
      return new Work<>(name, type, count, batches, batch, holds, operations);
    }

    /// How long so many pieces take on one core, about; infinite where nobody has counted it.
    public double seconds(int pieces) {
      return Double.isNaN(operations) ? Double.POSITIVE_INFINITY : pieces * operations / OPERATIONS_A_SECOND;
    }

    /// What the pieces of a batch come to.
    public List<R> compute(List<Integer> pieces) {
      List<R> values = batch.compute(pieces);
      if (values.size() != pieces.size()) {
        throw new IllegalStateException(
            name + ": a batch of " + pieces.size() + " pieces came to " + values.size() + " values");
      }
      return values;
    }

    /// Values of all pieces as a list.
    ///
    /// @param values each of the type
    public List<R> joined(Object[] values) {
      return Arrays.stream(values).map(type::cast).toList();
    }
  }
}

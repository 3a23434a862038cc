package org.striatum.studies.shares;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FolderLock;
import org.striatum.probe.run.Folders;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.PendingPieces;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// Where a run's studies have the pieces of their work computed: in this process, or by an engine's. Either way what is finished is kept
/// in a file beside the results until the study is, and a study that is run again goes on from there.
///
/// @param engine that computes shares; empty for this process
/// @param share that this process computes of another one's work; empty for one that does its own
/// @param pieces of the study that is under way; outside a study they are computed and not kept
public record Workplace(Optional<ShareEngine> engine, Optional<OwnShare> share, Pieces pieces) {
  /// This process.
  public static final Workplace HERE = new Workplace(Optional.empty(), Optional.empty(), Pieces.HERE);

  private static final String SHARES = "shares";
  /// How often pieces are dealt.
  private static final int TRIES = 3;
  /// A process whose driver was killed is given this long to end: longer than it takes.
  private static final Duration ENDING = Duration.ofSeconds(30);

  /// An engine's processes.
  public static Workplace of(ShareEngine engine) {
    return new Workplace(Optional.of(engine), Optional.empty(), Pieces.HERE);
  }

  /// A process that computes a share of another one's work.
  public static Workplace of(OwnShare share) {
    return new Workplace(Optional.empty(), Optional.of(share), Pieces.HERE);
  }

  /// The same while a study is under way.
  public Workplace with(Pieces own) {
    return new Workplace(engine, share, own);
  }

  /// A study's work: its pieces and where they lie.
  ///
  /// @param step of the study
  /// @param run the run folder
  /// @param kept file that keeps what is finished
  /// @param key of everything that decides the pieces, the environment included
  /// @param note told what was kept and could not be taken
  public record Job(String step, Path run, Path kept, Sha256 key, Consumer<String> note) {
    private Path shares() {
      return shares(run, step);
    }

    private static Path shares(Path run, String step) {
      return run.resolve(SHARES).resolve(step.replace('/', '~'));
    }

    private void damaged(String work) {
      note.accept("%s: %s is damaged: %s is made again where it does not hold".formatted(step, kept, work));
    }
  }

  /// The work of a study.
  @FunctionalInterface
  public interface Finder<R> {
    /// Finds what the study asks for.
    ///
    /// @param pieces where its pieces come from
    R find(Pieces pieces) throws IOException;
  }

  /// Has a study's work done: what it finds once every piece is here.
  public <R> R run(Job job, Finder<R> finder) throws IOException {
    if (engine.isEmpty()) {
      try (PieceFile own = open(job)) {
        return finder.find(new KeptPieces(List.of(), own, (_, _) -> true, job::damaged));
      }
    }
    join(job); // what a driver left that was ended
    Duration worth = engine.get().worth();
    KeptPieces.Choice here = (_, _) -> false;
    for (int failures = 0; true;) {
      KeptPieces pieces;
      try (PieceFile own = open(job)) {
        pieces = new KeptPieces(List.of(), own, here, job::damaged);
        R found = found(finder, pieces);
        if (pieces.pending().isEmpty()) {
          return found;
        }
      }
      if (SmallRound.is(pieces.pendingSeconds(), worth)) {
        here = new SmallRound(worth, System::nanoTime);
        continue;
      }
      here = (_, _) -> false;
      List<Path> folders = deal(job, pieces.pending());
      engine.get().compute(job.step, folders);
      join(job);
      long missing = missing(job, pieces.pending());
      if (missing > 0) {
        refuseTooMany(job, ++failures, missing);
      }
    }
  }

  private static PieceFile open(Job job) throws IOException {
    PieceFile file = PieceFile.open(job.kept, job.key);
    file.loss().ifPresent(lost -> job.note.accept("%s: %s %s".formatted(job.step, job.kept, switch (lost) {
      case OTHER_WORK -> "was made with other settings or in another environment: it is replaced";
      case DAMAGED -> "is damaged: everything after the damage is made again";
    })));
    return file;
  }

  /// Null where pieces are pending.
  private static <R> R found(Finder<R> finder, Pieces pieces) throws IOException {
    try {
      return finder.find(pieces);
    } catch (PendingPieces _) {
      return null;
    }
  }

  /// The same in a process that computes a share: what there are too little data for is kept like pieces, and told to the study where it is
  /// joined.
  private static void foundOrRefused(Finder<?> finder, Pieces pieces) throws IOException {
    try {
      found(finder, pieces);
    } catch (NotEnoughData _) {
      // of a piece that is kept so; of the study itself, the process that dealt the work would have ended before
    }
  }

  /// Deals batches over shares: the first to the first share, the second to the second, and round again, because batches come in the
  /// order of their lengths.
  private List<Path> deal(Job job, Map<String, List<List<Integer>>> pending) throws IOException {
    int batches = pending.values().stream().mapToInt(List::size).sum();
    int shares = Math.clamp(engine.orElseThrow().shares(), 1, batches);
    List<SortedMap<String, List<Integer>>> dealt = new ArrayList<>();
    for (int s = 0; s < shares; s++) {
      dealt.add(new TreeMap<>());
    }
    int next = 0;
    for (Map.Entry<String, List<List<Integer>>> work : pending.entrySet()) {
      for (List<Integer> batch : work.getValue()) {
        dealt.get(next++ % shares).computeIfAbsent(work.getKey(), _ -> new ArrayList<>()).addAll(batch);
      }
    }
    List<Path> folders = new ArrayList<>();
    for (SortedMap<String, List<Integer>> pieces : dealt) {
      pieces.values().forEach(indices -> indices.sort(Comparator.naturalOrder()));
      Path folder = job.shares().resolve("%03d-%s".formatted(folders.size() + 1,
          Sha256.of(RecordJson.compact(List.of(job.key, pieces))).hex().substring(0, 8)));
      Files.createDirectories(folder);
      RecordJson.write(folder.resolve(Share.FILE), Share.FORMAT, new Share(job.step,
          folder.toAbsolutePath().normalize().relativize(job.run.toAbsolutePath().normalize()).toString(), job.key,
          pieces));
      folders.add(folder);
    }
    return folders;
  }

  /// Takes over what shares hold, in the order of their names. Their folders are done with.
  private static void join(Job job) throws IOException {
    if (!Files.isDirectory(job.shares())) {
      return;
    }
    long patience = System.nanoTime() + ENDING.toNanos();
    try (PieceFile own = open(job); Stream<Path> all = Files.list(job.shares())) {
      for (Path folder : all.filter(Files::isDirectory).sorted().toList()) {
        awaitEnd(folder, Duration.ofNanos(Math.max(0, patience - System.nanoTime())));
        Optional<PieceFile> file = PieceFile.read(folder.resolve(Share.PIECES), job.key);
        if (file.isPresent()) {
          try (PieceFile pieces = file.get()) {
            own.addAll(pieces);
          }
        }
      }
    }
  }

  /// How many pieces that were asked for no share came back with: its process left them out, or its file is damaged.
  private static long missing(Job job, Map<String, List<List<Integer>>> pending) throws IOException {
    try (PieceFile own = open(job)) {
      return pending.entrySet().stream().flatMap(work -> work.getValue().stream().flatMap(List::stream)
          .filter(index -> !own.has(work.getKey(), index))).count();
    }
  }

  private static void refuseTooMany(Job job, int failures, long missing) throws SharesFailedException {
    String what = "%s: %d pieces of work did not come back from their shares".formatted(job.step, missing);
    if (failures == TRIES) {
      throw new SharesFailedException(what + ", " + TRIES + " times: see the logs below " + job.shares());
    }
    job.note.accept("%s; they are dealt again (%d of %d times)".formatted(what, failures + 1, TRIES));
  }

  /// Computes this process's share of a study's work, into the folder of the share. Whoever dealt it joins the pieces.
  ///
  /// @param job as this process sees it
  /// @throws BadDataException if that is not the work that was dealt
  public void compute(Job job, Finder<?> finder) throws IOException {
    OwnShare own = share.orElseThrow();
    Share dealt = own.dealt();
    if (!job.key.equals(dealt.key())) {
      throw new BadDataException(own.folder().resolve(Share.FILE)
          + " is a share of other work: the files that this process sees differ from those of the one that dealt it");
    }
    Optional<PieceFile> before = PieceFile.read(job.kept, job.key);
    try (FolderLock _ = lock(own.folder());
        PieceFile computed = PieceFile.open(own.folder().resolve(Share.PIECES), job.key)) {
      KeptPieces pieces = new KeptPieces(before.stream().toList(), computed,
          (work, batch) -> batch.stream().anyMatch(index -> dealt.has(work.name(), index)), job::damaged);
      foundOrRefused(finder, pieces);
      long missing = dealt.pieces().entrySet().stream().flatMap(work -> work.getValue().stream()
          .filter(index -> !computed.has(work.getKey(), index))).count();
      if (missing > 0) {
        throw new BadDataException(own.folder().resolve(Share.FILE) + " names " + missing + " of " + dealt.count()
            + " pieces that the study does not ask for here");
      }
    } finally {
      if (before.isPresent()) {
        before.get().close();
      }
    }
    own.done();
  }

  /// Waits until the process of a share has ended. One that runs on, as a cluster's job does whose driver died, is for the engine to end:
  /// what it has finished is joined all the same.
  private static void awaitEnd(Path folder, Duration patience) throws IOException {
    try {
      FolderLock.awaitFree(folder, patience);
    } catch (UsageException _) {
      // it still writes: whole pieces can be read
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(e.getMessage());
    }
  }

  private static FolderLock lock(Path folder) throws IOException {
    try {
      return FolderLock.await(folder, ENDING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(e.getMessage());
    }
  }

  /// Deletes what shares of a finished step left.
  public static void forget(Path run, String step) throws IOException {
    Path folder = Job.shares(run, step);
    Folders.delete(folder);
    if (Files.isDirectory(folder.getParent())) {
      boolean empty;
      try (Stream<Path> others = Files.list(folder.getParent())) {
        empty = others.findAny().isEmpty();
      }
      if (empty) {
        Files.delete(folder.getParent());
      }
    }
  }
}

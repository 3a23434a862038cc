package org.striatum.studies.series;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.Life;
import org.striatum.studies.series.SeriesResults.OverlapMatrix;
import org.striatum.studies.series.SeriesResults.Place;
import org.striatum.studies.series.SeriesResults.Turnover;

/// The sets of one dataset, hook point and kind, checkpoint by checkpoint along training. Sets are kept as bits, width / 8 bytes
/// each; of the rankings only the last one. All pairs cost n² / 2 · width / 64 words, which is little beside reading n results.
final class ComparedSets implements Comparable<ComparedSets> {
  /// What the sets are of.
  record Where(String dataset, HookPoint hook, Kind kind) {}

  /// @param index of the checkpoint in the order given
  private record Member(int index, int k, int width, long[] bits) {
    boolean contains(int coordinate) {
      return (bits[coordinate >> 6] & 1L << coordinate) != 0;
    }

    int shared(Member other) {
      return IntStream.range(0, bits.length).map(word -> Long.bitCount(bits[word] & other.bits[word])).sum();
    }
  }

  private final Where where;
  private final List<String> names;
  private final CommonBases common;
  private final List<Member> members = new ArrayList<>();
  /// Those of checkpoints with a step, along training.
  private final List<Member> trained = new ArrayList<>();
  private final List<Turnover> turnovers = new ArrayList<>();
  /// By coordinate, of the last of them.
  private int[] ranks;
  private long first = Long.MAX_VALUE;

  ComparedSets(Where where, List<String> names, CommonBases common) {
    this.where = where;
    this.names = names;
    this.common = common;
  }

  /// Adds a checkpoint's, which comes behind the others in training or has no step.
  ///
  /// @param index of the checkpoint in the order given
  /// @param at place of the ranking in its results
  /// @param order coordinates, best first
  void add(int index, int at, List<Integer> order, int k) {
    first = Math.min(first, (long) index << Integer.SIZE | at);
    long[] bits = new long[(order.size() + Long.SIZE - 1) / Long.SIZE];
    order.subList(0, k).forEach(coordinate -> bits[coordinate >> 6] |= 1L << coordinate);
    Member member = new Member(index, k, order.size(), bits);
    members.add(member);
    if (Place.of(names.get(index)).step() == null) {
      return;
    }
    int[] own = new int[order.size()];
    IntStream.range(0, own.length).forEach(rank -> own[order.get(rank)] = rank);
    if (!trained.isEmpty() && share(trained.getLast(), member)) {
      turnovers.add(turnover(trained.getLast(), member, own));
    }
    trained.add(member);
    ranks = own;
  }

  private boolean share(Member one, Member other) {
    return one.width == other.width && common.share(name(one), name(other));
  }

  private String name(Member member) {
    return names.get(member.index);
  }

  private Turnover turnover(Member from, Member to, int[] later) {
    List<Integer> kept = new ArrayList<>();
    List<Integer> born = new ArrayList<>();
    List<Integer> lost = new ArrayList<>();
    long moved = 0;
    for (int j = 0; j < to.width; j++) {
      if (from.contains(j) || to.contains(j)) {
        (!to.contains(j) ? lost : from.contains(j) ? kept : born).add(j);
        moved += Math.abs(ranks[j] - later[j]);
      }
    }
    double drift = (double) moved / (kept.size() + born.size() + lost.size()) / from.width;
    return new Turnover(name(from), name(to), where.dataset(), where.hook(), where.kind(), kept, born, lost, drift);
  }

  /// Along training, between neighbours that share a basis.
  List<Turnover> turnovers() {
    return turnovers;
  }

  /// One matrix for each width that several have; those without a pair in one basis are left out.
  List<OverlapMatrix> overlaps() {
    return members.stream().map(Member::width).distinct()
        .map(width -> overlaps(members.stream().filter(one -> one.width == width)
            .sorted(Comparator.comparing(Member::index)).toList()))
        .filter(matrix -> matrix.shared().stream().flatMap(List::stream).anyMatch(shared -> shared >= 0)).toList();
  }

  private OverlapMatrix overlaps(List<Member> all) {
    List<List<Integer>> rows = new ArrayList<>();
    for (int i = 1; i < all.size(); i++) {
      Member later = all.get(i);
      rows.add(all.subList(0, i).stream().map(one -> share(one, later) ? one.shared(later) : -1).toList());
    }
    return new OverlapMatrix(where.dataset(), where.hook(), where.kind(), all.getFirst().k, all.getFirst().width,
        all.stream().map(Member::index).toList(), rows);
  }

  /// Every coordinate that was in a set; empty unless one basis holds from end to end.
  List<Life> lives() {
    if (trained.size() < 2 || turnovers.size() < trained.size() - 1) {
      return List.of();
    }
    BitSet ever = new BitSet();
    trained.forEach(one -> ever.or(BitSet.valueOf(one.bits)));
    return ever.stream().mapToObj(this::life).toList();
  }

  private Life life(int coordinate) {
    List<Member> present = trained.stream().filter(one -> one.contains(coordinate)).toList();
    int row = 0;
    int longest = 0;
    for (Member one : trained) {
      row = one.contains(coordinate) ? row + 1 : 0;
      longest = Math.max(longest, row);
    }
    return new Life(where.dataset(), where.hook(), where.kind(), coordinate, name(present.getFirst()),
        name(present.getLast()), present.size(), trained.size(), longest);
  }

  /// In the order of the results of the checkpoint given first.
  @Override
  public int compareTo(ComparedSets other) {
    return Long.compare(first, other.first);
  }
}

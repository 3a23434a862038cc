package org.striatum.studies.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.Progress;
import org.striatum.probe.transfer.ComparedRun.ComparedDataset;
import org.striatum.probe.transfer.PromptStates;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferSettings;
import org.striatum.probe.transfer.TransferStudy;
import org.striatum.probe.value.Trajectories;
import org.striatum.studies.series.SeriesBases.Pair;

/// Checkpoints of one series that drift, and strangers in between.
class SeriesBasesTest {
  private static final int WIDTH = 6;
  private static final int PROMPTS = 24;
  private static final TransferStudy STUDY = new TransferStudy(TransferSettings.quick(), 1);

  private final Map<String, Integer> reads = new HashMap<>();

  /// s₀ of some prompts.
  private record States(float[] rows) implements Trajectories {
    @Override
    public int size() {
      return PROMPTS;
    }

    @Override
    public int width() {
      return WIDTH;
    }

    @Override
    public int length(int i) {
      return 1;
    }

    @Override
    public void states(int i, float[] into, int offset) {
      System.arraycopy(rows, i * WIDTH, into, offset, WIDTH);
    }

    @Override
    public double reward(int i) {
      return i % 2;
    }

    @Override
    public String problem(int i) {
      return "p" + i;
    }

    @Override
    public int promptLength(int i) {
      return 1;
    }
  }

  private PromptStates read(String name) {
    reads.merge(name, 1, Integer::sum);
    boolean stranger = name.hashCode() % 5 == 0;
    Random series = new Random(stranger ? name.hashCode() : 7);
    Random own = new Random(name.hashCode());
    float[] rows = new float[PROMPTS * WIDTH];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) (series.nextGaussian() + 0.5 * own.nextGaussian());
    }
    Split split = Split.byProblem(IntStream.range(0, PROMPTS).mapToObj(i -> "p" + i).toList(), 0.6, 0.2,
        new SplittableRandom(1));
    return PromptStates.of(name, "llama", name, List.of(
        new ComparedDataset("mul", split, new TreeMap<>(Map.of(HookPoint.residPost(0), new States(rows))))));
  }

  private List<Basis> test(List<String> names) throws IOException {
    return new SeriesBases(this::read).test(names, STUDY, Progress.NONE);
  }

  private List<Basis> everyPair(List<String> names) {
    List<Basis> all = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      for (int j = i + 1; j < names.size(); j++) {
        all.add(STUDY.basis(read(names.get(i)), read(names.get(j))));
      }
    }
    return all;
  }

  private static List<String> names(int count) {
    List<String> names = new ArrayList<>(IntStream.range(0, count).mapToObj(i -> "step" + 100 * (i + 1)).toList());
    if (count > 3) {
      names.set(0, "base");
      names.set(2, "step250-rft");
    }
    return names;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, SeriesBases.ALL_PAIRS})
  void ofFewCheckpointsEveryPairAsPairsAlone(int count) throws IOException {
    List<String> names = names(count);
    assertThat(test(names)).isEqualTo(everyPair(names));
  }

  @Test
  void ofManyThoseThatAreTestedAsPairsAlone() throws IOException {
    List<String> names = names(20);
    List<Basis> found = test(names);
    assertThat(found).extracting(Basis::common).contains(true, false);
    Set<Pair> tested = found.stream().map(one -> new Pair(one.first(), one.second())).collect(Collectors.toSet());
    assertThat(found).isEqualTo(everyPair(names).stream()
        .filter(one -> tested.contains(new Pair(one.first(), one.second()))).toList());
  }

  /// The store of each is opened once; nothing that grows with the square is done.
  @ParameterizedTest
  @ValueSource(ints = {9, 10, 50, 150})
  void ofManyEachIsReadOnceAndTestedTwice(int count) throws IOException {
    List<String> names = names(count);
    List<Basis> found = test(names);
    assertThat(reads.keySet()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(reads.values()).containsOnly(1);
    assertThat(found).hasSizeBetween(2 * count - 5, 2 * count - 3);
  }

  /// Whatever the names, every checkpoint is tested with its neighbours along training and with the last one.
  @Property(tries = 200)
  void neighboursAndTheLast(@ForAll @IntRange(min = 2, max = 40) int count, @ForAll long seed) {
    Random random = new Random(seed);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(random.nextInt(4) == 0 ? "tuned-" + i + "x" : "run" + i + "-step" + random.nextInt(1000));
    }
    List<Pair> pairs = SeriesBases.pairs(names);
    assertThat(pairs).doesNotHaveDuplicates().allSatisfy(
        pair -> assertThat(names.indexOf(pair.first())).isLessThan(names.indexOf(pair.second())));
    List<String> along = SeriesResults.Place.along(names);
    List<String> trained = along.stream().filter(name -> SeriesResults.Place.of(name).step() != null).toList();
    String last = trained.isEmpty() ? along.getLast() : trained.getLast();
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        assertThat(pairs).anyMatch(isOf(along.get(i - 1), along.get(i)));
      }
      if (!along.get(i).equals(last)) {
        assertThat(pairs).anyMatch(isOf(along.get(i), last));
      }
    }
    assertThat(pairs.size()).isEqualTo(count <= SeriesBases.ALL_PAIRS
        ? count * (count - 1) / 2
        : (int) IntStream.range(0, count).filter(i -> !along.get(i).equals(last)).count() + count - 1
            - (along.getLast().equals(last) ? 1 : 2));
  }

  private static Predicate<Pair> isOf(String one, String other) {
    return pair -> Set.of(pair.first(), pair.second()).equals(Set.of(one, other));
  }
}

package org.striatum.studies.dopamine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.text.TokenPieces;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.dopamine.TokenEntropy;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.Progress;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// The work of [ContinuationStep]: which rollouts are continued, from which states, and what became of them.
///
/// @param problems whose division the folds are
/// @param sampling as the run's rollouts were drawn
/// @param graders data set → its grader
record ContinuationSampling(StudyRun run, ContinuationSettings settings, ProblemSplit problems, Sampling sampling,
    HookedModel model, Function<String, Grader> graders) {
  /// Logits held at a time, in values: 32 MB, or one rollout's where that is more.
  private static final long MOST_LOGITS = 8L << 20;
  /// Of every ten chosen rollouts; the rest goes to training.
  private static final Map<Fold, Integer> SHARES = Map.of(Fold.TRAIN, 4, Fold.VALIDATION, 2, Fold.TEST, 4);

  static ContinuationSampling of(StudyRun run, ContinuationSettings settings, Sampling sampling) throws IOException {
    return new ContinuationSampling(run, settings, run.folder().settings(ProbeStep.STUDY).split(), sampling,
        run.hooked(), run.graders());
  }

  /// One state to go on from.
  ///
  /// @param rollout index among the chosen
  /// @param step that it stands before
  /// @param used generated tokens up to here
  private record State(int rollout, int step, int used) {}

  /// One rollout from a state.
  private record Draw(State state, int number) {}

  /// Cuts, samples and grades.
  ///
  /// @param all rollouts of the run
  List<ContinuedRollout> continued(List<Rollout> all) throws IOException {
    int[] lines = chosen(all);
    List<Rollout> chosen = Arrays.stream(lines).mapToObj(all::get).toList();
    List<Steps> cuts = new ArrayList<>();
    for (Rollout rollout : chosen) {
      cuts.add(StepCutter.named(settings.step()).cut(TokenPieces.of(model.tokenizer(), rollout.sequence().continuation())));
    }
    double[][] entropies = entropies(chosen);
    boolean[][][] right = draw(chosen, cuts);
    List<ContinuedRollout> continued = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      List<String> outcomes = Arrays.stream(right[i]).map(ContinuationSampling::printed).toList();
      continued.add(new ContinuedRollout(lines[i], cuts.get(i).ends(), outcomes, entropies[i]));
    }
    return continued;
  }

  private static String printed(boolean[] right) {
    StringBuilder text = new StringBuilder();
    for (boolean one : right) {
      text.append(one ? '1' : '0');
    }
    return text.toString();
  }

  /// Lines of the chosen rollouts, rising: of each dataset first samples before second ones, in the file's order, dealt
  /// over the folds; what one fold lacks goes to the others.
  int[] chosen(List<Rollout> all) {
    List<Integer> chosen = new ArrayList<>();
    ProblemSplit.byDataset(all).forEach((dataset, own) -> {
      Split split = problems.of(own);
      Map<Fold, List<Integer>> waiting = new EnumMap<>(Fold.class);
      for (Fold fold : Fold.values()) {
        waiting.put(fold, new ArrayList<>());
      }
      Map<String, Integer> seen = new HashMap<>();
      Map<Integer, Integer> turn = new HashMap<>(); // line → how many rollouts of its problem stand before it
      for (int line = 0; line < all.size(); line++) {
        Problem problem = all.get(line).problem();
        if (problem.dataset().equals(dataset)) {
          turn.put(line, seen.merge(problem.id(), 1, Integer::sum));
          waiting.get(split.of(problem.id())).add(line);
        }
      }
      waiting.values().forEach(lines -> lines.sort(Comparator.comparing(turn::get)));
      int left = Math.min(settings.rollouts(), own.size());
      for (Fold fold : Fold.values()) {
        int quota = Math.min(settings.rollouts() * SHARES.get(fold) / 10, waiting.get(fold).size());
        left -= take(waiting.get(fold), Math.min(quota, left), chosen);
      }
      for (Fold fold : Fold.values()) {
        left -= take(waiting.get(fold), Math.min(left, waiting.get(fold).size()), chosen);
      }
    });
    return chosen.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  private static int take(List<Integer> from, int count, List<Integer> into) {
    List<Integer> first = from.subList(0, count);
    into.addAll(first);
    first.clear();
    return count;
  }

  /// Rollout → before each step → whether each continuation was right.
  private boolean[][][] draw(List<Rollout> chosen, List<Steps> cuts) throws IOException {
    int draws = settings.draws();
    boolean[][][] right = new boolean[chosen.size()][][];
    List<Draw> waiting = new ArrayList<>();
    for (int i = 0; i < right.length; i++) {
      Steps cut = cuts.get(i);
      right[i] = new boolean[cut.count()][draws];
      for (int k = 0; k < cut.count(); k++) {
        State state = new State(i, k, cut.before(k));
        IntStream.range(0, draws).forEach(number -> waiting.add(new Draw(state, number)));
      }
    }
    if (draws > 0) {
      run.note().accept("%d continuations of %d rollouts, %d from each of %d states".formatted(waiting.size(),
          chosen.size(), draws, waiting.size() / draws));
    }
    int batchSize = run.batchSize();
    // Those that may write equally much run together, so that few wait for a long one.
    waiting.sort(Comparator.comparingInt(draw -> draw.state().used()));
    try (Progress.Task task = run.progress().start(ContinuationStep.STUDY.name(), waiting.size(), "continuation")) {
      for (int from = 0, to; from < waiting.size(); from = to) {
        to = together(waiting, from, chosen, batchSize);
        List<Draw> batch = waiting.subList(from, to);
        int limit = sampling.maxNewTokens() - batch.getFirst().state().used();
        List<Completion> completions = model.model().generate(
            batch.stream().map(draw -> prefix(chosen.get(draw.state().rollout()), draw.state().used())).toList(),
            batch.stream().mapToLong(draw -> seed(chosen.get(draw.state().rollout()), draw)).toArray(),
            new Sampling(sampling.temperature(), sampling.topP(), sampling.topK(), limit, sampling.stopAtEos()),
            Gates.none(), batchSize, () -> task.step(1));
        for (int b = 0; b < batch.size(); b++) {
          State state = batch.get(b).state();
          Rollout rollout = chosen.get(state.rollout());
          String text = model.tokenizer().decode(whole(rollout, state.used(), completions.get(b).tokens(),
              sampling.maxNewTokens()));
          right[state.rollout()][state.step()][batch.get(b).number()] = graders.apply(rollout.problem().dataset())
              .reward(rollout.problem(), text) > 0.5;
        }
      }
    }
    return right;
  }

  /// The end of the batch that begins at `from`: what one batch may write at most is what its first may, and no text may
  /// outgrow the model by that.
  private int together(List<Draw> waiting, int from, List<Rollout> chosen, int batchSize) {
    int limit = sampling.maxNewTokens() - waiting.get(from).state().used();
    int longest = 0;
    int to = from;
    for (; to < waiting.size() && to - from < batchSize; to++) {
      State state = waiting.get(to).state();
      longest = Math.max(longest, chosen.get(state.rollout()).promptLength() + state.used());
      if (to > from && longest + limit > model.facts().longest()
          && state.used() > waiting.get(from).state().used()) {
        break;
      }
    }
    return to;
  }

  private static TokenSequence prefix(Rollout rollout, int used) {
    return TokenSequence.prompt(rollout.sequence().upTo(rollout.promptLength() + used).tokens());
  }

  /// What was written before the state and after it, cut off where the run's own rollouts are: a batch may write more,
  /// but what a generator draws first does not depend on how long it goes on.
  public static int[] whole(Rollout rollout, int used, int[] continuation, int limit) {
    int count = Math.min(continuation.length, limit - used);
    return rollout.sequence().upTo(rollout.promptLength() + used).followedBy(Arrays.copyOf(continuation, count))
        .continuation();
  }

  /// A function of which continuation it is, not of how many others are drawn.
  private long seed(Rollout rollout, Draw draw) {
    return Rollout.seed(settings.seed() ^ rollout.seed(), ContinuationStep.STUDY.name(), draw.state().step(), draw.number());
  }

  /// Rollout → entropy at each generated token. Greedy runs are read at temperature 1.
  private double[][] entropies(List<Rollout> chosen) {
    double temperature = sampling.temperature() == 0 ? 1 : sampling.temperature();
    int vocabulary = model.model().vocabulary();
    double[][] entropies = new double[chosen.size()][];
    try (Progress.Task task = run.progress().start("token entropies", chosen.size(), "rollout")) {
      for (int from = 0, to; from < chosen.size(); from = to) {
        long values = 0;
        to = from;
        while (to < chosen.size()
            && (to == from || values + (long) chosen.get(to).tokens().length * vocabulary <= MOST_LOGITS)) {
          values += (long) chosen.get(to).tokens().length * vocabulary;
          to++;
        }
        Recording recording = model.model().record(chosen.subList(from, to).stream().map(Rollout::sequence).toList(),
            Set.of(HookPoint.LOGITS), Gates.none());
        float[] logits = recording.at(HookPoint.LOGITS);
        for (int i = from; i < to; i++) {
          Rollout rollout = chosen.get(i);
          int row = recording.rowOf()[i - from] + rollout.promptLength() - 1;
          entropies[i] = IntStream.range(0, rollout.tokens().length - rollout.promptLength())
              .mapToDouble(t -> rounded(TokenEntropy.of(logits, (row + t) * vocabulary, vocabulary, temperature)))
              .toArray();
        }
        task.step(to - from);
      }
    }
    return entropies;
  }

  private static double rounded(double entropy) {
    return Double.isFinite(entropy) ? Math.round(entropy * 1e4) / 1e4 : Double.NaN;
  }
}

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
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.EnoughSteps;
import org.striatum.probe.dopamine.EnoughSteps.Stepped;
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
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.studies.dopamine.ContinuationStep.Drawn;
import org.striatum.studies.run.CompletionText;
import org.striatum.studies.run.ModelSpeed;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// The work of [ContinuationStep]: which rollouts are continued, from which states, and what became of them.
///
/// @param problems whose division the folds are
/// @param sampling as the run's rollouts were drawn
/// @param graders data set → its grader
/// @param drawn from which data sets
/// @param texts data set and tokens behind its prompt → what they read
record ContinuationSampling(StudyRun run, ContinuationSettings settings, ProblemSplit problems, Sampling sampling,
    Drawn drawn, HookedModel model, Function<String, Grader> graders, BiFunction<String, int[], String> texts) {
  /// Logits held at a time, in values: 32 MB, or one rollout's where that is more.
  private static final String ENTROPIES = "token entropies";
  private static final long MOST_LOGITS = 8L << 20;
  private static final char RIGHT = '1';
  private static final char WRONG = '0';
  /// Of every ten chosen rollouts; the rest goes to training.
  private static final Map<Fold, Integer> SHARES = Map.of(Fold.TRAIN, 4, Fold.VALIDATION, 2, Fold.TEST, 4);

  static ContinuationSampling of(StudyRun run, ContinuationSettings settings, Sampling sampling, Drawn drawn)
      throws IOException {
    return new ContinuationSampling(run, settings, run.folder().settings(ProbeStep.STUDY).split(), sampling, drawn,
        run.hooked(), run.graders(), run.texts());
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
    CompletionText read = run.completions();
    StepCutter cutter = read.cutter(settings.step());
    List<Steps> cuts = chosen.stream().map(rollout -> cutter.cut(read.pieces(rollout.sequence().continuation())))
        .toList();
    tellUnclosed(chosen);
    int[] draws = draws(all, chosen, cuts);
    List<Draw> waiting = waiting(cuts, draws);
    List<List<Integer>> batches = batches(waiting, chosen);
    Function<Progress.Task, Work<Boolean>> work = task -> Work.of("continuations", Boolean.class, batches,
        batch -> draw(batch.stream().map(waiting::get).toList(), chosen, task));
    int done = waiting.size() - run.pieces().left(work.apply(Progress.Task.SILENT));
    if (done < waiting.size()) {
      run.note().accept("%d continuations of %d rollouts, %d from each of %d states: %s".formatted(waiting.size(),
          Arrays.stream(draws).filter(each -> each > 0).count(), settings.draws(),
          waiting.size() / settings.draws(), expected(waiting, chosen)));
    }
    run.tellKept(ContinuationStep.STUDY.name(), done, waiting.size());
    Part<List<double[]>> recorded = run.pieces().part(() -> entropies(chosen));
    List<Boolean> right = run.pieces().all(run.progress(), ContinuationStep.STUDY.name(), "continuation", work);
    List<double[]> entropies = recorded.get();
    List<List<String>> dealt = dealt(waiting, right, cuts, draws);
    List<ContinuedRollout> continued = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      continued.add(new ContinuedRollout(lines[i], cuts.get(i).ends(), dealt.get(i), entropies.get(i)));
    }
    return continued;
  }

  /// What the continuations are expected to take: each has as many tokens, on the average, as its rollout had left, at the rate that
  /// is measured now.
  private String expected(List<Draw> waiting, List<Rollout> chosen) throws IOException {
    double tokens = 0;
    for (Draw draw : waiting) {
      Rollout rollout = chosen.get(draw.state().rollout());
      tokens += rollout.tokens().length - rollout.promptLength() - draw.state().used() + 1; // and what ends it
    }
    return "about %.0f tokens, %d min".formatted(tokens,
        (long) Math.ceil(tokens / ModelSpeed.generated(run.hooked()) / 60));
  }

  /// Thoughts as steps: rollouts in which none closed are one step.
  private void tellUnclosed(List<Rollout> chosen) {
    long unclosed = chosen.stream().filter(rollout -> rollout.thinkEnd() == null).count();
    if (settings.step().equals(StepCutter.THINK_END) && unclosed > 0) {
      run.note().accept("%d of %d rollouts have no think-end: each is one step".formatted(unclosed, chosen.size()));
    }
  }

  /// Continuations before each step of each chosen rollout: none where the data set cannot be studied, which is said.
  private int[] draws(List<Rollout> all, List<Rollout> chosen, List<Steps> cuts) {
    int[] draws = new int[chosen.size()];
    Arrays.fill(draws, settings.draws());
    if (drawn == Drawn.ALL || settings.draws() == 0) {
      return draws;
    }
    ProblemSplit.byDataset(all).forEach((dataset, own) -> {
      int[] members = IntStream.range(0, draws.length)
          .filter(i -> chosen.get(i).problem().dataset().equals(dataset)).toArray();
      try {
        EnoughSteps.require(problems.of(own), Arrays.stream(members)
            .mapToObj(i -> new Stepped(chosen.get(i).problem().id(), chosen.get(i).reward() > 0.5, cuts.get(i).count()))
            .toList());
      } catch (NotEnoughData missing) {
        Arrays.stream(members).forEach(i -> draws[i] = 0);
        run.note().accept("no continuations of " + dataset + ": " + missing.getMessage());
      }
    });
    return draws;
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

  /// Every continuation to draw. Those that may write equally much run together, so that few wait for a long one.
  private static List<Draw> waiting(List<Steps> cuts, int[] draws) {
    List<Draw> waiting = new ArrayList<>();
    for (int i = 0; i < cuts.size(); i++) {
      for (int k = 0; k < cuts.get(i).count(); k++) {
        State state = new State(i, k, cuts.get(i).before(k));
        IntStream.range(0, draws[i]).forEach(number -> waiting.add(new Draw(state, number)));
      }
    }
    waiting.sort(Comparator.comparingInt(draw -> draw.state().used()));
    return waiting;
  }

  /// Those that run together.
  private List<List<Integer>> batches(List<Draw> waiting, List<Rollout> chosen) throws IOException {
    int batchSize = run.batchSize();
    List<List<Integer>> batches = new ArrayList<>();
    for (int from = 0, to; from < waiting.size(); from = to) {
      to = together(waiting, from, chosen, batchSize);
      batches.add(IntStream.range(from, to).boxed().toList());
    }
    return batches;
  }

  /// Whether each came to a right answer.
  private List<Boolean> draw(List<Draw> batch, List<Rollout> chosen, Progress.Task task) {
    int limit = sampling.maxNewTokens() - batch.getFirst().state().used();
    List<Completion> completions = model.model().generate(
        batch.stream().map(draw -> prefix(chosen.get(draw.state().rollout()), draw.state().used())).toList(),
        batch.stream().mapToLong(draw -> seed(chosen.get(draw.state().rollout()), draw)).toArray(),
        run.sampling(chosen.get(batch.getFirst().state().rollout()).problem().dataset()).withMaxNewTokens(limit),
        Gates.none(), batch.size(), () -> task.step(1));
    List<Boolean> right = new ArrayList<>();
    for (int b = 0; b < batch.size(); b++) {
      State state = batch.get(b).state();
      Rollout rollout = chosen.get(state.rollout());
      String text = texts.apply(rollout.problem().dataset(),
          whole(rollout, state.used(), completions.get(b).drawn(), sampling.maxNewTokens()));
      right.add(graders.apply(rollout.problem().dataset())
          .grade(rollout.problem(), text, !completions.get(b).finished()).reward() > 0.5);
    }
    return right;
  }

  /// Rollout → before each step → outcomes of its continuations, in the order of their numbers.
  private static List<List<String>> dealt(List<Draw> waiting, List<Boolean> right, List<Steps> cuts, int[] draws) {
    char[][][] dealt = new char[cuts.size()][][];
    Arrays.setAll(dealt, i -> new char[cuts.get(i).count()][draws[i]]);
    for (int w = 0; w < waiting.size(); w++) {
      Draw draw = waiting.get(w);
      dealt[draw.state().rollout()][draw.state().step()][draw.number()] = right.get(w) ? RIGHT : WRONG;
    }
    return Arrays.stream(dealt).map(steps -> Arrays.stream(steps).map(String::valueOf).toList()).toList();
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
      if (to > from && !endsAlike(chosen.get(waiting.get(from).state().rollout()), chosen.get(state.rollout()))) {
        break;
      }
      if (to > from && longest + limit > model.facts().longest()
          && state.used() > waiting.get(from).state().used()) {
        break;
      }
    }
    return to;
  }

  /// Whether the completions of two rollouts end at the same texts.
  private boolean endsAlike(Rollout one, Rollout other) {
    return run.prompts().stops(one.problem().dataset()).equals(run.prompts().stops(other.problem().dataset()));
  }

  private static TokenSequence prefix(Rollout rollout, int used) {
    return rollout.sequence().upTo(rollout.promptLength() + used);
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
    return Rollout.seed(settings.seed() ^ rollout.seed(), ContinuationStep.STUDY.name(), draw.state().step(),
        draw.number());
  }

  /// Rollout → entropy at each generated token. Greedy runs are read at temperature 1.
  private List<double[]> entropies(List<Rollout> chosen) {
    double temperature = sampling.temperature() == 0 ? 1 : sampling.temperature();
    int vocabulary = model.model().vocabulary();
    return run.pieces().all(run.progress(), ENTROPIES, "rollout",
        task -> Work.of(ENTROPIES, double[].class, recordings(chosen, vocabulary),
            batch -> entropies(batch.stream().map(chosen::get).toList(), temperature, vocabulary, task)));
  }

  private List<double[]> entropies(List<Rollout> batch, double temperature, int vocabulary, Progress.Task task) {
    Recording recording = model.model().record(batch.stream().map(Rollout::sequence).toList(),
        Set.of(HookPoint.LOGITS), Gates.none());
    float[] logits = recording.at(HookPoint.LOGITS);
    List<double[]> entropies = new ArrayList<>();
    for (int b = 0; b < batch.size(); b++) {
      Rollout rollout = batch.get(b);
      int row = recording.rowOf()[b] + rollout.promptLength() - 1;
      entropies.add(IntStream.range(0, rollout.tokens().length - rollout.promptLength())
          .mapToDouble(t -> rounded(TokenEntropy.of(logits, (row + t) * vocabulary, vocabulary, temperature)))
          .toArray());
    }
    task.step(batch.size());
    return entropies;
  }

  /// Those whose logits are held at a time.
  private static List<List<Integer>> recordings(List<Rollout> chosen, int vocabulary) {
    List<List<Integer>> recordings = new ArrayList<>();
    for (int from = 0, to; from < chosen.size(); from = to) {
      long values = 0;
      to = from;
      while (to < chosen.size()
          && (to == from || values + (long) chosen.get(to).tokens().length * vocabulary <= MOST_LOGITS)) {
        values += (long) chosen.get(to).tokens().length * vocabulary;
        to++;
      }
      recordings.add(IntStream.range(from, to).boxed().toList());
    }
    return recordings;
  }

  private static double rounded(double entropy) {
    return Double.isFinite(entropy) ? Math.round(entropy * 1e4) / 1e4 : Double.NaN;
  }
}

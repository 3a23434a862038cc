package org.striatum.probe.uses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.McNemar;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.uses.SearchResults.Arm;
import org.striatum.probe.uses.SearchResults.Comparison;
import org.striatum.probe.uses.SearchResults.DatasetSearch;
import org.striatum.probe.uses.StepSearch.Answer;

/// Compares search by steps with other ways to answer the same problems: greedy, one sample, choosing steps at random,
/// and majority, best value and best log-probability of K whole completions. (arXiv 2602.00986, §6.)
///
/// @param search how steps are drawn
/// @param pieces where problems are answered, some at a time
public record SearchStudy(StepSearch search, Pieces pieces) {
  /// Problems that are answered together, at least.
  private static final int TOGETHER = 8;

  /// The arm that chooses steps at random, at the same budget.
  public static final String RANDOM = "random choice";
  static final String SINGLE = "one sample";
  static final String GREEDY = "greedy";
  static final String MAJORITY = "majority of K";
  static final String BEST_VALUE = "best value of K";
  static final String BEST_LOG_PROBABILITY = "best log-probability of K";
  private static final String SEARCH = "search by ";

  /// Test problems of a dataset.
  ///
  /// @param prompts of `problems`, in the same order
  public record Asked(String dataset, HookPoint hook, List<Problem> problems, List<TokenSequence> prompts,
      Grader grader) {}

  /// How steps are judged.
  ///
  /// @param name e.g. `value`
  /// @param score of steps and of whole completions
  public record Judge(String name, StepScore score) {}

  private record Attempt(boolean[] right, long used, long drawn) {}

  /// How many units [#study] steps its progress for each problem: one per search, and one for the random choice.
  public static int units(int judges) {
    return judges + 1;
  }

  /// Answers every problem in every arm.
  ///
  /// @param judges at least one; the first also chooses among whole completions
  /// @param notes what could not be judged by, and why
  /// @param task stepped [#units] times a problem
  public DatasetSearch study(Asked asked, List<Judge> judges, List<String> notes, Progress.Task task) {
    Map<String, Attempt> attempts = new LinkedHashMap<>();
    Map<String, Work<Answer>> searched = new LinkedHashMap<>();
    for (Judge judge : judges) {
      searched.put(SEARCH + judge.name(), stepwise(asked, SEARCH + judge.name(), (prompts, first) -> search
          .byScore(asked.dataset(), prompts, first, judge.score(), task)));
    }
    List<String> searches = List.copyOf(searched.keySet());
    searched.put(RANDOM, stepwise(asked, RANDOM,
        (prompts, first) -> search.atRandom(asked.dataset(), prompts, first, task)));
    Work<WholeAnswers> whole = whole(asked, judges.getFirst().score());
    Map<String, Part<List<Answer>>> answers = new LinkedHashMap<>();
    searched.forEach((name, work) -> answers.put(name, pieces.part(() -> {
      task.step(work.count() - pieces.left(work));
      return pieces.all(work);
    })));
    List<WholeAnswers> completions = pieces.all(whole);
    answers.forEach((name, found) -> attempts.put(name, graded(asked, found.get())));
    whole(asked, completions, attempts);

    RandomGenerator random = new RandomStreams(search.seed()).of(asked.dataset());
    String[] ids = asked.problems().stream().map(Problem::id).toArray(String[]::new);
    List<Arm> arms = new ArrayList<>();
    attempts.forEach((name, attempt) -> arms.add(new Arm(name,
        Bootstrap.meanByProblem(ids, numbers(attempt.right()), random), (double) attempt.used() / ids.length,
        (double) attempt.drawn() / ids.length)));
    List<Comparison> comparisons = new ArrayList<>();
    for (String name : searches) {
      comparisons.add(comparison(name, RANDOM, attempts, ids, random));
    }
    attempts.keySet().stream().filter(name -> !name.equals(searches.getFirst()) && !name.equals(RANDOM))
        .forEach(name -> comparisons.add(comparison(searches.getFirst(), name, attempts, ids, random)));
    return new DatasetSearch(asked.dataset(), asked.hook(), ids.length, arms, comparisons, notes);
  }

  private static Comparison comparison(String search, String other, Map<String, Attempt> attempts, String[] ids,
      RandomGenerator random) {
    boolean[] searched = attempts.get(search).right();
    boolean[] right = attempts.get(other).right();
    double[] differences = new double[ids.length];
    int onlySearch = 0;
    int onlyOther = 0;
    for (int i = 0; i < ids.length; i++) {
      differences[i] = (searched[i] ? 1 : 0) - (right[i] ? 1 : 0);
      onlySearch += searched[i] && !right[i] ? 1 : 0;
      onlyOther += right[i] && !searched[i] ? 1 : 0;
    }
    return new Comparison(search, other, Bootstrap.meanByProblem(ids, differences, random), onlySearch, onlyOther,
        McNemar.exact(onlyOther, onlySearch));
  }

  /// Answers prompts from some problem on.
  @FunctionalInterface
  private interface Stepwise {
    List<Answer> of(List<TokenSequence> prompts, int first);
  }

  private Work<Answer> stepwise(Asked asked, String arm, Stepwise answers) {
    return Work.of(arm + " on " + asked.dataset(), Answer.class, blocks(asked),
        block -> answers.of(asked.prompts().subList(block.getFirst(), block.getLast() + 1), block.getFirst()));
  }

  /// Problems that are answered together: as many as fill a batch with their candidates.
  private List<List<Integer>> blocks(Asked asked) {
    return Work.batches(asked.problems().size(),
        Math.max(TOGETHER, Math.ceilDiv(search.batchSize(), search.candidates())));
  }

  /// Whole completions of one problem.
  ///
  /// @param drawn K of them
  /// @param values of each
  private record WholeAnswers(List<Completion> drawn, double[] values, Completion greedy) {}

  private Work<WholeAnswers> whole(Asked asked, StepScore score) {
    return Work.of("whole completions on " + asked.dataset(), WholeAnswers.class, blocks(asked),
        block -> whole(asked, block, score));
  }

  private List<WholeAnswers> whole(Asked asked, List<Integer> block, StepScore score) {
    int k = search.candidates();
    List<TokenSequence> prompts = new ArrayList<>();
    long[] seeds = new long[block.size() * k];
    for (int i : block) {
      for (int sample = 0; sample < k; sample++) {
        seeds[prompts.size()] = Rollout.seed(search.seed(), asked.dataset() + " whole", i, sample);
        prompts.add(asked.prompts().get(i));
      }
    }
    List<Completion> drawn = generate(prompts, seeds, search.sampling());
    List<TokenSequence> texts = new ArrayList<>();
    for (int m = 0; m < drawn.size(); m++) {
      texts.add(prompts.get(m).followedBy(drawn.get(m).tokens()));
    }
    double[] values = score.of(texts);
    List<Completion> greedy = generate(block.stream().map(asked.prompts()::get).toList(), new long[block.size()],
        search.sampling().greedily());
    return IntStream.range(0, block.size()).mapToObj(b -> new WholeAnswers(drawn.subList(b * k, (b + 1) * k),
        Arrays.copyOfRange(values, b * k, (b + 1) * k), greedy.get(b))).toList();
  }

  /// Arms that write whole completions, of which K are drawn once for all.
  private void whole(Asked asked, List<WholeAnswers> whole, Map<String, Attempt> attempts) {
    int k = search.candidates();
    int n = asked.problems().size();
    List<Completion> drawn = whole.stream().flatMap(one -> one.drawn().stream()).toList();
    double[] values = whole.stream().flatMapToDouble(one -> Arrays.stream(one.values())).toArray();
    double[] logs = drawn.stream().mapToDouble(Completion::logProbability).toArray();
    List<Completion> greedy = whole.stream().map(WholeAnswers::greedy).toList();
    long all = drawn.stream().mapToLong(SearchStudy::tokens).sum();
    long first = IntStream.range(0, n).mapToLong(i -> tokens(drawn.get(i * k))).sum();
    List<Written> written = written(drawn);
    attempts.put(GREEDY, attempt(asked, written(greedy),
        greedy.stream().mapToLong(SearchStudy::tokens).sum()));
    attempts.put(SINGLE, attempt(asked, chosen(written, n, k, from -> from), first));
    attempts.put(MAJORITY,
        attempt(asked, chosen(written, n, k, from -> from
            + vote(asked.grader(), asked.problems().get(from / k), written.subList(from, from + k))),
            all));
    attempts.put(BEST_VALUE, attempt(asked, chosen(written, n, k, from -> best(values, from, k)), all));
    attempts.put(BEST_LOG_PROBABILITY, attempt(asked, chosen(written, n, k, from -> best(logs, from, k)), all));
  }

  private List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling) {
    return search.model().generate(prompts, seeds, sampling, Gates.none(), search.batchSize(), () -> {});
  }

  /// A completion as it is graded.
  ///
  /// @param cutOff whether the token limit ended it
  private record Written(String text, boolean cutOff) {
    /// For a vote: empty where what the limit left gives no answer.
    Optional<String> answer(Grader grader, Problem problem) {
      return cutOff && grader.grade(problem, text, true).read().isEmpty()
          ? Optional.empty()
          : grader.answer(problem, text);
    }
  }

  private List<Written> written(List<Completion> completions) {
    return completions.stream().map(one -> new Written(search.text(one.drawn()), !one.finished())).toList();
  }

  private static List<Written> chosen(List<Written> written, int n, int k, Function<Integer, Integer> choice) {
    return IntStream.range(0, n).mapToObj(i -> written.get(choice.apply(i * k))).toList();
  }

  /// The first of the most frequent answer; completions without an answer do not vote.
  private static int vote(Grader grader, Problem problem, List<Written> written) {
    Map<String, Integer> votes = new LinkedHashMap<>();
    List<Optional<String>> given = written.stream().map(one -> one.answer(grader, problem)).toList();
    given.forEach(one -> one.ifPresent(text -> votes.merge(text, 1, Integer::sum)));
    int most = votes.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    return votes.entrySet().stream().filter(entry -> entry.getValue() == most).findFirst()
        .map(entry -> given.indexOf(Optional.of(entry.getKey()))).orElse(0);
  }

  private static int best(double[] scores, int from, int k) {
    int best = from;
    for (int m = from + 1; m < from + k; m++) {
      best = scores[m] > scores[best] ? m : best;
    }
    return best;
  }

  private static long tokens(Completion completion) {
    return completion.tokens().length + (completion.finished() ? 1L : 0L);
  }

  private static Attempt graded(Asked asked, List<Answer> answers) {
    return new Attempt(right(asked, answers.stream().map(one -> new Written(one.completion(), one.cutOff())).toList()),
        answers.stream().mapToLong(Answer::usedTokens).sum(), answers.stream().mapToLong(Answer::drawnTokens).sum());
  }

  private static Attempt attempt(Asked asked, List<Written> written, long tokens) {
    return new Attempt(right(asked, written), tokens, tokens);
  }

  private static boolean[] right(Asked asked, List<Written> written) {
    boolean[] right = new boolean[written.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = asked.grader().grade(asked.problems().get(i), written.get(i).text(), written.get(i).cutOff())
          .reward() > 0.5;
    }
    return right;
  }

  private static double[] numbers(boolean[] right) {
    return IntStream.range(0, right.length).mapToDouble(i -> right[i] ? 1 : 0).toArray();
  }
}

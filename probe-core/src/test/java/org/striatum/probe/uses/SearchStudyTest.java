package org.striatum.probe.uses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.PendingPieces;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.uses.SearchResults.Arm;
import org.striatum.probe.uses.SearchResults.Comparison;
import org.striatum.probe.uses.SearchResults.DatasetSearch;
import org.striatum.probe.uses.SearchStudy.Asked;
import org.striatum.probe.uses.SearchStudy.Judge;
import org.striatum.probe.uses.StepSearch.Answer;

/// Search on a model that writes three steps, each right by a fair coin, and is right where all three are.
class SearchStudyTest {
  private static final int PROBLEMS = 200;
  private static final Grader ALL_RIGHT = (_, completion) -> completion.contains("w") ? 0 : 1;
  /// Knows which step is right.
  private static final StepScore ORACLE = candidates -> candidates.stream()
      .mapToDouble(text -> text.length() > text.promptLength() && text.tokens()[text.promptLength()] == CoinModel.RIGHT
          ? 1
          : 0)
      .toArray();

  private static StepSearch search(int candidates, int stepTokens) {
    return new StepSearch(new CoinModel(), new Sampling(1, 1, 0, 20, true), CoinModel::pieces, StepCutter.NEWLINE,
        candidates, stepTokens, 7, 16);
  }

  private static DatasetSearch study(int candidates, Judge... judges) {
    List<Problem> problems = IntStream.range(0, PROBLEMS)
        .mapToObj(i -> new Problem("p" + i, "coins", "p" + i, "", "")).toList();
    return new SearchStudy(search(candidates, 4), Pieces.HERE).study(
        new Asked("coins", HookPoint.residPost(0), problems, prompts(), ALL_RIGHT), List.of(judges), List.of(),
        Progress.NONE.start("search", 1, "problem"));
  }

  private static List<TokenSequence> prompts() {
    return IntStream.range(0, PROBLEMS).mapToObj(_ -> TokenSequence.prompt(new int[]{3})).toList();
  }

  private static double accuracy(DatasetSearch search, String name) {
    return search.arms().stream().filter(arm -> arm.name().equals(name)).findFirst().map(Arm::accuracy).orElseThrow()
        .value();
  }

  /// With K candidates one of them is right but for 2⁻ᴷ, at each of three steps.
  @Test
  void aJudgeThatKnowsBeatsRandomChoice() {
    DatasetSearch found = study(6, new Judge("value", ORACLE));
    assertThat(accuracy(found, "search by value")).isCloseTo(Math.pow(1 - Math.pow(0.5, 6), 3), within(0.05));
    // 200 problems: a standard error of 0.023 around 1/8.
    assertThat(accuracy(found, "random choice")).isCloseTo(0.125, within(0.08));
    assertThat(accuracy(found, "one sample")).isCloseTo(0.125, within(0.08));
    Comparison comparison = found.overRandom().getFirst();
    assertThat(comparison.difference().low()).isGreaterThan(0.7);
    assertThat(comparison.p()).isLessThan(1e-6);
    assertThat(comparison.verdict()).isEqualTo(Verdict.YES);
    assertThat(new SearchResults(6, 24, List.of(found)).statements(found)).singleElement().asString()
        .contains("search by value beats random choice: yes (accuracy difference +0.8");
  }

  @Test
  void aJudgeThatKnowsNothingDoesNot() {
    SplittableRandom random = new SplittableRandom(3);
    DatasetSearch found = study(6, new Judge("value", ORACLE),
        new Judge("noise", candidates -> candidates.stream().mapToDouble(_ -> random.nextDouble()).toArray()));
    assertThat(found.overRandom()).extracting(Comparison::search).containsExactly("search by value",
        "search by noise");
    Comparison noise = found.overRandom().get(1);
    assertThat(noise.difference().low()).isLessThan(0);
    assertThat(noise.difference().high()).isGreaterThan(0);
    assertThat(noise.verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  /// Nothing to choose among: search is sampling.
  @Test
  void oneCandidateIsNoChoice() {
    StepSearch one = search(1, 4);
    Progress.Task task = Progress.NONE.start("search", 1, "problem");
    List<Answer> searched = one.byScore("coins", prompts(), 0, ORACLE, task);
    assertThat(searched).isEqualTo(one.atRandom("coins", prompts(), 0, task));
    assertThat(searched).allSatisfy(answer -> assertThat(answer.completion()).matches("([rw]\n){3}"));
  }

  /// As a grader is told.
  @Test
  void itIsKnownWhatTheLimitCutOff() {
    StepSearch whole = search(1, 2);
    StepSearch limited = new StepSearch(whole.model(), whole.sampling().withMaxNewTokens(3), whole.pieces(),
        whole.cutter(), 1, 2, whole.seed(), whole.batchSize());
    Progress.Task task = Progress.NONE.start("search", 1, "problem");
    assertThat(whole.byScore("coins", prompts(), 0, ORACLE, task)).extracting(Answer::cutOff).containsOnly(false);
    assertThat(limited.byScore("coins", prompts(), 0, ORACLE, task)).extracting(Answer::cutOff).containsOnly(true);
  }

  /// The stop begins with the end of one step and ends in the next one.
  @Test
  void aStopMayBeginInOneStepAndEndInTheNext() {
    StepSearch whole = search(1, 2);
    StepSearch stopped = new StepSearch(whole.model(), whole.sampling().withStops(List.of("\nr")), whole.pieces(),
        whole.cutter(), 1, 2, whole.seed(), whole.batchSize());
    Progress.Task task = Progress.NONE.start("search", 1, "problem");
    List<Answer> all = whole.byScore("coins", prompts(), 0, ORACLE, task);
    List<Answer> ended = stopped.byScore("coins", prompts(), 0, ORACLE, task);
    int shorter = 0;
    for (int i = 0; i < all.size(); i++) {
      String text = all.get(i).completion();
      assertThat(ended.get(i).completion()).isEqualTo(stopped.sampling().cut(text));
      if (text.contains("\nr")) {
        shorter++;
        assertThat(ended.get(i).drawnTokens()).isLessThanOrEqualTo(all.get(i).drawnTokens());
      }
    }
    assertThat(shorter).isPositive();
  }

  /// The greedy arm ends as all others do.
  @Test
  void greedyDecodingKeepsTheEnds() {
    Sampling drawn = new Sampling(0.7, 0.9, 5, 20, true).withStops(List.of("x")).withStopTokens(List.of(3));
    assertThat(drawn.greedily()).isEqualTo(Sampling.greedy(20).withStops(List.of("x")).withStopTokens(List.of(3)));
  }

  /// A step of two tokens: with a bound of two nothing is thrown away, three candidates at three steps and three ends of
  /// sequence; with a bound of four, each candidate of the first two steps draws a step too many.
  @Test
  void everyTokenIsCounted() {
    Progress.Task task = Progress.NONE.start("search", 1, "problem");
    assertThat(search(3, 2).byScore("coins", prompts(), 0, ORACLE, task)).allSatisfy(answer -> {
      assertThat(answer.usedTokens()).isEqualTo(3 * (2 + 2 + 2 + 1));
      assertThat(answer.drawnTokens()).isEqualTo(3 * (2 + 2 + 2 + 1));
    });
    assertThat(search(3, 4).byScore("coins", prompts(), 0, ORACLE, task)).allSatisfy(answer -> {
      assertThat(answer.usedTokens()).isEqualTo(3 * (2 + 2 + 3));
      assertThat(answer.drawnTokens()).isEqualTo(3 * (4 + 4 + 3));
    });
  }

  /// Where whole completions are here and steps are not: what is missing is pending, whichever it is.
  @Test
  void whatIsNotHereIsPending() {
    for (String here : List.of("", "search by value on coins", "random choice on coins",
        "whole completions on coins")) {
      Pieces some = new Pieces() {
        @Override
        public int left(Work<?> work) {
          return work.count();
        }

        @Override
        public <R> List<R> all(Work<R> work, Consumer<List<R>> computed) {
          if (!work.name().equals(here)) {
            throw new PendingPieces(work.name());
          }
          return HERE.all(work, computed);
        }

        @Override
        public void apart(Runnable part) {
          try {
            part.run();
          } catch (PendingPieces _) {
            // as others do
          }
        }
      };
      List<Problem> problems = List.of(new Problem("p", "coins", "p", "", ""));
      assertThatExceptionOfType(PendingPieces.class).as(here)
          .isThrownBy(() -> new SearchStudy(search(2, 4), some).study(
              new Asked("coins", HookPoint.residPost(0), problems, prompts().subList(0, 1), ALL_RIGHT),
              List.of(new Judge("value", ORACLE)), List.of(), Progress.NONE.start("search", 1, "problem")));
    }
  }
}

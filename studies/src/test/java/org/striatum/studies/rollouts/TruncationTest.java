package org.striatum.studies.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.rollout.Unread;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.rollouts.RolloutResults.DatasetAccuracy;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RecordDifference;
import org.striatum.studies.value.ProbeSettings;

/// What is said of completions that were cut off, and what files say that were written before it was kept.
class TruncationTest {
  private static DatasetAccuracy counted(Ending... endings) {
    List<Rollout> rollouts = new ArrayList<>();
    for (Ending ending : endings) {
      boolean cut = ending != null && ending.isCutOff();
      rollouts
          .add(new Rollout(new Problem("p" + rollouts.size(), "d", "q", "", "a"), 0, 1, "x", new int[]{1, 2}, 1, !cut,
              0, -1, null, false, ending, ending == Ending.ENDED ? 1 : null));
    }
    return RolloutResults.of(rollouts).datasets().getFirst();
  }

  @Test
  void sharesAreOfWhatIsKnown() {
    DatasetAccuracy mixed = counted(Ending.ENDED, Ending.CUT_OFF, Ending.CUT_IN_THOUGHT, Ending.CUT_OFF,
        Ending.UNKNOWN);
    assertThat(mixed.finished()).isEqualTo(0.25);
    assertThat(mixed.cutInThought()).isEqualTo(0.2);
    assertThat(mixed.endingUnknown()).isEqualTo(1);
    assertThat(mixed.thoughtClosed()).isEqualTo(1);
    assertThat(mixed.truncation()).hasValueSatisfying(remark -> assertThat(remark).contains("75.0 %", "20.0 %",
        "1 of 5"));
    assertThat(counted(Ending.UNKNOWN).finished()).isNaN();
    assertThat(counted(Ending.UNKNOWN).truncation()).isPresent();
    DatasetAccuracy thoughts = counted(Ending.UNKNOWN, Ending.CUT_IN_THOUGHT);
    assertThat(thoughts.finished()).as("of those known none can have").isNaN();
    assertThat(thoughts.cutInThought()).isEqualTo(0.5);
    assertThat(thoughts.truncation()).hasValueSatisfying(remark -> assertThat(remark).contains("50.0 %", "1 of 2"));
    assertThat(counted(Ending.ENDED, Ending.ENDED).truncation()).isEmpty();
  }

  /// Completions that another program graded have no answers here, whatever their rewards: that is not said to be none.
  @ParameterizedTest
  @ValueSource(doubles = {0, 1})
  void answersThatOthersReadAreNotKnown(double reward) {
    List<Rollout> graded = List.of(new Rollout(new Problem("p", "d", "q", "", "a"), 0, 1, "x", new int[]{1, 2}, 1, true,
        reward, -1, null, false, Ending.ENDED, null));
    assertThat(RolloutResults.gradedElsewhere(graded).datasets().getFirst().answered()).isNaN();
    assertThat(RolloutResults.of(graded).datasets().getFirst().answered()).isZero();
  }

  /// What is beyond a grader's limits is counted by its reason, in JSON too; where nothing is, files have no word of it.
  @Test
  void whatNoGraderReadsIsCounted() throws BadDataException {
    Rollout rollout = new Rollout(new Problem("p", "d", "q", "", "a"), 0, 1, "x", new int[]{1, 2}, 1, true, 0, -1);
    Rollout tooLong = rollout.graded(Grade.unread(Unread.TOO_LONG));
    Rollout hard = rollout.graded(Grade.unread(Unread.TOO_MUCH_WORK));
    RolloutResults results = RolloutResults.of(List.of(rollout, tooLong, hard, hard));
    DatasetAccuracy counted = results.datasets().getFirst();
    assertThat(counted.beyond(Unread.TOO_LONG)).isEqualTo(1);
    assertThat(counted.beyond(Unread.TOO_MUCH_WORK)).isEqualTo(2);
    assertThat(parse(written(counted), DatasetAccuracy.class)).isEqualTo(counted);
    assertThat(parse(written(hard), Rollout.class).unread()).isEqualTo(Unread.TOO_MUCH_WORK);
    assertThat(written(rollout)).doesNotContain("unread");
    assertThat(written(RolloutResults.of(List.of(rollout)))).doesNotContain("too");
  }

  private static String written(Object record) {
    return new String(RecordJson.compact(record), StandardCharsets.UTF_8);
  }

  @Test
  void filesOfBeforeAreReadAndTheirFiguresStayTheSame() throws BadDataException {
    assertThat(counted(null, null).finished()).as("they do say what was cut off").isEqualTo(1);
    DatasetAccuracy old = parse("""
        {"dataset":"d","rollouts":4,"accuracy":0.5,"finished":0.75,"answered":1.0,"cutInThought":0.0}""",
        DatasetAccuracy.class);
    assertThat(old.endingUnknown()).isNull();
    assertThat(old.truncation()).as("nothing was counted").isEmpty();
    String finding = "{\"of\":\"d\",\"verdict\":\"yes\",\"because\":\"AUROC\"}";
    assertThat(parse(finding, Finding.class).remark()).isNull();
    assertThat(
        RecordDifference.first(finding.getBytes(StandardCharsets.UTF_8), parse(finding, Finding.class), "answers"))
        .as("a component that was added later and is null").isEmpty();
    assertThat(RecordDifference.first(finding.getBytes(StandardCharsets.UTF_8),
        parse(finding, Finding.class).remarked("cut off"), "answers"))
        .hasValueSatisfying(found -> assertThat(found.place()).isEqualTo("remark"));
    assertThat(RecordDifference.first("{\"of\":\"d\",\"more\":1}".getBytes(StandardCharsets.UTF_8),
        Map.of("of", "d"), "x")).as("what is there only").isPresent();
    assertThat(
        parse("{\"sets\":[],\"files\":{},\"problems\":1,\"rolloutsPerProblem\":1,\"splitSeed\":null,\"prompts\":null}",
            Manifest.Data.class).graders())
        .isNull();
  }

  /// Else every run of before would have to be probed again.
  @Test
  void settingsThatReadAtThePromptAreWrittenAsBefore() {
    ProbeSettings usual = ProbeSettings.defaults();
    assertThat(RecordJson.tree(usual).has("position")).isFalse();
    assertThat(usual.at()).isEqualTo(StatePosition.PROMPT_END);
    assertThat(RecordJson.fromTree(RecordJson.tree(usual), ProbeSettings.class)).isEqualTo(usual)
        .isEqualTo(usual.withPosition(StatePosition.PROMPT_END));
    ProbeSettings behind = usual.withPosition(StatePosition.THINK_END);
    assertThat(RecordJson.tree(behind).get("position").asText()).isEqualTo("think-end");
    assertThat(RecordJson.fromTree(RecordJson.tree(behind), ProbeSettings.class)).isEqualTo(behind);
    assertThat(behind.withSeed(3).at()).isEqualTo(StatePosition.THINK_END);
  }

  private static <T> T parse(String json, Class<T> type) throws BadDataException {
    return RecordJson.parse(json.getBytes(StandardCharsets.UTF_8), type, "old file");
  }
}

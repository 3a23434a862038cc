package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.AblationPower;
import org.striatum.probe.intervention.Decision;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Arm;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.LayerSet;
import org.striatum.probe.intervention.InterventionResults.Matching;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.tensor.DType;

class RecordJsonTest {
  @TempDir
  Path folder;

  record Sample(String text, int count, double figure, Double boxed, List<Double> list, double[] doubles,
      float[] floats, float single, Map<HookPoint, Integer> byHook) {}

  record Checked(int positive) {
    Checked {
      if (positive <= 0) {
        throw new IllegalArgumentException("positive must be > 0, found " + positive);
      }
    }
  }

  @Test
  void writesOneFormOnly() {
    Map<HookPoint, Integer> byHook = new LinkedHashMap<>();
    byHook.put(HookPoint.LOGITS, 3);
    byHook.put(HookPoint.residPost(10), 2);
    byHook.put(HookPoint.residPost(2), 1);
    Sample sample = new Sample("é\n\ud800", 1, Double.NaN, Double.POSITIVE_INFINITY,
        Arrays.asList(Double.NaN, 0.1), new double[]{Double.NaN, 1}, new float[]{0.1f, Float.NEGATIVE_INFINITY},
        Float.NaN, byHook);
    assertThat(new String(RecordJson.pretty(sample), StandardCharsets.UTF_8)).isEqualTo("""
        {
          "text" : "\\u00E9\\n\\uD800",
          "count" : 1,
          "figure" : null,
          "boxed" : "Infinity",
          "list" : [ null, 0.1 ],
          "doubles" : [ null, 1.0 ],
          "floats" : [ 0.1, "-Infinity" ],
          "single" : null,
          "byHook" : {
            "blocks.2.hook_resid_post" : 1,
            "blocks.10.hook_resid_post" : 2,
            "logits" : 3
          }
        }
        """);
  }

  @Property(tries = 200)
  void whatIsWrittenIsRead(@ForAll String text, @ForAll int count, @ForAll double figure, @ForAll double[] doubles,
      @ForAll float[] floats) throws IOException {
    Sample sample = new Sample(text, count, figure, -figure, Arrays.stream(doubles).boxed().toList(), doubles, floats,
        floats.length == 0 ? Float.NaN : floats[0], Map.of(HookPoint.residPost(1), count));
    for (byte[] json : List.of(RecordJson.pretty(sample), RecordJson.compact(sample))) {
      Sample read = RecordJson.parse(json, Sample.class, "test");
      assertThat(read.text).isEqualTo(text);
      assertThat(read.figure).isEqualTo(figure);
      assertThat(read.boxed).isEqualTo(-figure);
      assertThat(read.list).isEqualTo(sample.list);
      assertThat(read.doubles).containsExactly(doubles);
      assertThat(read.floats).containsExactly(floats);
      assertThat(Float.compare(read.single, sample.single)).isZero();
      assertThat(read.byHook).isEqualTo(sample.byHook);
      assertThat(RecordJson.pretty(read)).isEqualTo(RecordJson.pretty(sample));
    }
  }

  @Test
  void resultRecordsComeBackEqual() throws IOException {
    Estimate estimate = new Estimate(0.5, 0.25, 0.75);
    Arm arm = new Arm("value@1%", 2, Estimate.exact(1), estimate, null, null, null);
    InterventionResults results = new InterventionResults(List.of(new Intervention(true, "add", "value@1%",
        List.of(new LayerSet(HookPoint.residPost(3), List.of(4, 7), new Matching(0.1, Double.NaN, Double.NaN,
            List.of(9), "none could be drawn"))),
        AblationKind.ZERO, Double.NaN, PositionMask.ALL_BUT_FIRST, OutcomeKind.LOG_PROBABILITY, 10, 10, true, arm, arm,
        List.of(arm),
        new Controls(List.of(0.1, -0.2), 9, 0.01, 0.02, 0, estimate, null, null),
        new Controls(List.of(), 0, Double.NaN, Double.NaN, 0, Estimate.exact(Double.NaN), null, null),
        new Decision(Damage.NOT_TESTED, Decision.Reason.NO_MATCHED_SETS, 3, Double.NaN, -0.1,
            new AblationPower(0.1, List.of(new AblationPower.Share(0.1, 200, 170)), Double.NaN)))),
        List.of(),
        List.of("note"));
    Path file = folder.resolve("results.json");
    RecordJson.write(file, results);
    assertThat(RecordJson.read(file, InterventionResults.class)).isEqualTo(results);
    assertThat(Files.readString(file)).contains("\"positions\" : \"all-but-first\"", "\"p\" : null");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
      {"positive":0}                | x.json: positive must be > 0, found 0
      {"positive":-1.5}             | expected a whole number, found -1.5 (at positive)
      {"positive":"3"}              | expected a whole number (at positive)
      {"positive":null}             | expected a whole number (at positive)
      {}                            | 'positive' is missing
      {"positive":1,"positive":2}   | 'positive' is given twice
      {"positive":1} x              | not valid JSON (column 16)
      {"positive":1                 | the text ends in the middle
      null                          | expected a Checked, found null
      99999999999                   | expected an object
      {"positive":99999999999}      | a number is too large for its place
      """)
  void refusesInOneLineWithTheFile(String json, String why) throws IOException {
    Path file = Files.writeString(folder.resolve("x.json"), json);
    assertThatThrownBy(() -> RecordJson.read(file, Checked.class)).isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(file + ": ").hasMessageContaining(why).hasMessageContaining("restore it").message()
        .doesNotContain("\n", "fasterxml", "Feature", "REDACTED", "creator", "Constraints");
  }

  @Test
  void namesThePlaceInTheRecord() {
    byte[] json = "{\"curves\":[{\"hook\":\"blocks.x\"}]}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> RecordJson.parse(json, InterventionResults.class, "here"))
        .hasMessageStartingWith("here: unknown hook point 'blocks.x'")
        .hasMessageEndingWith("(at curves[0].hook)");
  }

  @Test
  void skipsUnknownComponentsAndBoundsDepth() throws IOException {
    byte[] later = "{\"positive\":1,\"added\":{\"later\":[]}}".getBytes(StandardCharsets.UTF_8);
    assertThat(RecordJson.parse(later, Checked.class, "test")).isEqualTo(new Checked(1));
    byte[] deep = ("{\"positive\":1,\"deep\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> RecordJson.parse(deep, Checked.class, "test")).isInstanceOf(BadDataException.class)
        .hasMessageContaining("nested too deep");
  }

  record Stored(DType dtype, List<DType> others) {}

  @Test
  void aConstantIsWrittenAsPrintedAndReadByEitherName() throws IOException {
    Stored stored = new Stored(DType.F32, List.of(DType.BF16));
    byte[] printed = RecordJson.compact(stored);
    assertThat(new String(printed, StandardCharsets.UTF_8)).isEqualTo("{\"dtype\":\"f32\",\"others\":[\"bf16\"]}");
    byte[] keyed = RecordJson.keyed(stored);
    assertThat(new String(keyed, StandardCharsets.UTF_8)).as("as earlier builds wrote it")
        .isEqualTo("{\"dtype\":\"F32\",\"others\":[\"BF16\"]}");
    assertThat(RecordJson.parse(printed, Stored.class, "test")).isEqualTo(stored);
    assertThat(RecordJson.parse(keyed, Stored.class, "test")).isEqualTo(stored);
    assertThatThrownBy(() -> RecordJson.parse("{\"dtype\":\"f31\",\"others\":[]}".getBytes(StandardCharsets.UTF_8),
        Stored.class, "test")).isInstanceOf(BadDataException.class).hasMessageContaining("f16, bf16")
        .hasMessageContaining("found \"f31\" (at dtype)");
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatThrownBy(() -> RecordJson.read(folder.resolve("none.json"), Checked.class))
        .isInstanceOf(BadDataException.class)
        .hasMessage(folder.resolve("none.json") + " is missing: run the command that writes it");
  }
}

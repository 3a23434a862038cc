package org.striatum.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;

class RolloutFileTest {
  private static final String GOOD = """
      {"format":1,"problem":{"id":"1+1=","dataset":"add","prompt":"1+1=","solution":"1+1=2\\n#2","answer":"2"},"sample":0,\
      "seed":5,"completion":"#2","tokens":[1,4,5],"promptLength":2,"finished":true,"reward":1.0,"logProbability":-0.5}""";

  @TempDir
  Path folder;

  @Property(tries = 100)
  void whatIsWrittenIsRead(@ForAll @Size(min = 1, max = 4) List<@From("hostile") String> texts,
      @ForAll @Size(min = 1, max = 20) List<@IntRange(max = Integer.MAX_VALUE) Integer> tokens, @ForAll long seed,
      @ForAll double logProbability) throws IOException {
    Path file = Files.createTempFile("rollouts", ".jsonl");
    List<Rollout> rollouts = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      rollouts.add(new Rollout(new Problem("id" + text, "set" + text, "prompt" + text, text, text), i, seed, text,
          tokens.stream().mapToInt(Integer::intValue).toArray(), 1 + i % tokens.size(), i % 2 == 0, i % 2,
          i == 0 ? Double.NaN : logProbability));
    }
    RolloutFile.write(file, rollouts);
    assertThat(Files.readAllLines(file)).as("one line each").hasSize(texts.size());
    assertThat(RolloutFile.read(file)).usingRecursiveComparison()
        .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class).isEqualTo(rollouts);
    byte[] once = Files.readAllBytes(file);
    RolloutFile.write(file, RolloutFile.read(file));
    assertThat(file).hasBinaryContent(once);
    Files.delete(file);
  }

  @Provide
  Arbitrary<String> hostile() {
    return Arbitraries.oneOf(Arbitraries.strings().all().ofMaxLength(30),
        Arbitraries.of("\"},{\"", "a\nb\r\n", "\u0000\u001b[2J", "😀👩‍🚀", "\ud800", "\udc00\ud800", "a\ud83d",
            "\u2028\u2029",
            "\\u0041", "</script>", "é中文", "\ufeff"));
  }

  @Test
  void readsWhatOthersAddTo() throws IOException {
    String line = GOOD.replace("\"sample\":0", "\"note\":{\"mine\":[1,2]},\"sample\":0") + "\r\n";
    Path file = Files.writeString(folder.resolve("r.jsonl"), line + GOOD);
    List<Rollout> rollouts = RolloutFile.read(file);
    assertThat(rollouts).hasSize(2);
    assertThat(rollouts.getFirst()).usingRecursiveComparison().isEqualTo(new Rollout(
        new Problem("1+1=", "add", "1+1=", "1+1=2\n#2", "2"), 0, 5, "#2", new int[]{1, 4, 5}, 2, true, 1, -0.5));
  }

  /// A file from before endings were kept says only which rollouts were cut off.
  @Test
  void endingsAndEndsOfThoughtsAreKept() throws IOException {
    String kept = GOOD.replace("\"logProbability\":-0.5}",
        "\"logProbability\":-0.5,\"ending\":\"ended\",\"thinkEnd\":2}");
    List<Rollout> read = RolloutFile.read(Files.writeString(folder.resolve("r.jsonl"), kept + "\n" + GOOD));
    assertThat(read).extracting(Rollout::ending).containsExactly(Ending.ENDED, null);
    assertThat(read).extracting(Rollout::thinkEnd).containsExactly(2, null);
    RolloutFile.write(folder.resolve("again.jsonl"), read);
    assertThat(RolloutFile.read(folder.resolve("again.jsonl"))).usingRecursiveComparison().isEqualTo(read);
    for (String bad : List.of(kept.replace("\"ended\"", "\"cut-off\""), kept.replace("\"ended\"", "\"stopped\""),
        kept.replace(":2}", ":3}"), kept.replace(":2}", ":0}"))) {
      assertThat(bad).isNotEqualTo(kept);
      assertRefused(Files.writeString(folder.resolve("bad.jsonl"), bad),
          folder.resolve("bad.jsonl") + ", line 1: ", "correct or remove the line");
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      "tokens":[1,4,5]        | "tokens":[1,-4,5]          | a token id must be ≥ 0, found -4
      "tokens":[1,4,5]        | "tokens":[1,4,99999999999] | a number is too large for its place
      "tokens":[1,4,5]        | "tokens":[1,4.5,5]         | expected a whole number, found 4.5 (at tokens[1])
      "tokens":[1,4,5]        | "tokens":[1]               | prompt length must be in [1, 1], found 2
      "promptLength":2        | "promptLength":0           | prompt length must be in [1, 3], found 0
      "reward":1.0            | "reward":0.5               | a reward must be 0 or 1, found 0.5
      "reward":1.0            | "reward":null              | a reward must be 0 or 1, found NaN
      "id":"1+1="             | "id":""                    | a problem needs an id
      "completion":"#2"       | "completion":null          | found null
      "sample":0,             | "x":0,                     | 'sample' is missing
      "sample":0,             | "sample":0,"sample":1,     | 'sample' is given twice
      "finished":true,        | "finished":"yes",          | expected true or false
      {"format":1,            | "format":1,               | expected
      "logProbability":-0.5}  | "logProbability":-0.5      | the text ends in the middle
      """)
  void refusesABrokenLineNamingIt(String good, String bad, String why) throws IOException {
    assertThat(GOOD).contains(good);
    Path file = Files.writeString(folder.resolve("r.jsonl"), GOOD + "\n" + GOOD.replace(good, bad) + "\n" + GOOD);
    assertRefused(file, file + ", line 2: ", why);
  }

  @Test
  void refusesEmptyFilesAndEmptyLines() throws IOException {
    assertRefused(Files.writeString(folder.resolve("e.jsonl"), ""), folder.resolve("e.jsonl").toString(),
        "must hold at least one rollout");
    Path gap = Files.writeString(folder.resolve("gap.jsonl"), GOOD + "\n\n" + GOOD);
    assertRefused(gap, gap + ", line 2: ", "correct or remove the line");
    assertRefused(folder.resolve("none.jsonl"), folder.resolve("none.jsonl").toString(), "is not a file");
  }

  @Test
  void refusesABoundlessLineBeforeTakingMemoryForIt() throws IOException {
    Path file = folder.resolve("long.jsonl");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write((GOOD + "\n").getBytes(StandardCharsets.UTF_8));
      sparse.setLength(4L << 30);
    }
    assertRefused(file, file + ", line 2: ", "at most 16777216 bytes");
  }

  @Test
  void refusesABoundlessNesting() throws IOException {
    Path file = Files.writeString(folder.resolve("deep.jsonl"), "{\"format\":1,\"x\":" + "[".repeat(1_000_000));
    assertRefused(file, file + ", line 1: ", "nested too deep");
  }

  @Test
  void everyTruncationIsRefusedOrWholeLines() throws IOException {
    byte[] whole = (GOOD + "\n" + GOOD + "\n").getBytes(StandardCharsets.UTF_8);
    int line = GOOD.length();
    for (int length = 0; length < whole.length; length++) {
      Path file = Files.write(folder.resolve("cut.jsonl"), Arrays.copyOf(whole, length));
      if (length == line || length == line + 1 || length == 2 * line + 1) {
        assertThat(RolloutFile.read(file)).hasSize(length <= line + 1 ? 1 : 2);
      } else {
        assertThatThrownBy(() -> RolloutFile.read(file)).isInstanceOf(BadDataException.class);
      }
    }
  }

  @Test
  void anAbandonedWriterLeavesNothing() throws IOException {
    Path file = folder.resolve("r.jsonl");
    try (RolloutFile.Writer writer = new RolloutFile.Writer(file)) {
      writer.append(RolloutFile.read(Files.writeString(folder.resolve("good.jsonl"), GOOD)).getFirst());
    }
    assertThat(folder).isDirectoryContaining("glob:**good.jsonl").isDirectoryNotContaining("glob:**r.jsonl*");
  }

  private static void assertRefused(Path file, String start, String why) {
    assertThatThrownBy(() -> RolloutFile.read(file)).isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(start).hasMessageContaining(why).message().doesNotContain("\n");
  }
}

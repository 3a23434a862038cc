package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.PenProblems.Pens;
import org.striatum.cli.console.ExitCode;

/// The commands of `docs/tutorial-chat.md`, in its order: they print what the page shows, and what they make is audited without
/// any of the program's own readers, templates or graders.
class ChatTutorialTest {
  private static final Path PAGE = Path.of("..", "docs", "tutorial-chat.md");
  private static final String PROMPT = "$ ./striatum ";
  private static final String MORE = "…";
  private static final Pattern NAMED = Pattern.compile("(tiny-instruct|gsm8k|run)(/.*)?");
  private static final int PROBLEMS = 40;
  private static final int SAMPLES = 4;
  private static final Pattern DECIMAL = Pattern.compile("\\d+\\.\\d+");
  private static final double ROUNDING = 0.011;

  @TempDir
  private Path folder;

  /// A command of the page and the lines that it shows.
  private record Shown(String command, List<String> lines) {}

  private static List<Shown> shown() throws IOException {
    List<Shown> commands = new ArrayList<>();
    boolean fenced = false;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("```")) {
        fenced = !fenced;
      } else if (fenced && line.startsWith(PROMPT)) {
        commands.add(new Shown(line.substring(PROMPT.length()), new ArrayList<>()));
      } else if (fenced) {
        commands.getLast().lines().add(line);
      }
    }
    return commands;
  }

  @Test
  @Tag("slow")
  void thePageDoesWhatItShows() throws IOException {
    List<Pens> problems = PenProblems.test(PROBLEMS);
    PenProblems.instruct(problems).write(folder.resolve("tiny-instruct"), WrittenModel.CHATML);
    PenProblems.write(folder.resolve("gsm8k/test.jsonl"), problems);
    PenProblems.write(folder.resolve("gsm8k/train.jsonl"), PenProblems.train());
    List<Shown> commands = shown();
    assertThat(commands).extracting(shown -> shown.command().split(" ", 2)[0]).containsSubsequence("inspect",
        "rollouts", "rollouts", "grade", "capture", "probe", "report", "show", "verify");
    for (Shown shown : commands) {
      Session session = Session.of(Arrays.stream(shown.command().split(" "))
          .map(word -> NAMED.matcher(word).matches() ? folder.resolve(word).toString() : word).toArray());
      assertThat(session.code()).as("%s: %s", shown.command(), session.err()).isEqualTo(ExitCode.DONE);
      assertThat(shown.lines()).as("what the page shows of %s", shown.command()).isNotEmpty();
      compare(shown, (session.err() + session.out()).replace(folder + "/", "").lines().toList());
    }
    audit(problems);
  }

  /// Every line shown is printed, in this order; a line `…` stands for any number of lines, at a line's end for its rest.
  private static void compare(Shown shown, List<String> printed) {
    int at = 0;
    boolean anywhere = true;
    for (String line : shown.lines()) {
      if (line.strip().equals(MORE)) {
        anywhere = true;
        continue;
      }
      while (anywhere && at < printed.size() && !isPrinted(line, printed.get(at))) {
        at++;
      }
      assertThat(at).as("'%s' is not printed by %s:%n%s", line, shown.command(), String.join("\n", printed))
          .isLessThan(printed.size());
      assertThat(isPrinted(line, printed.get(at))).as("the page has '%s' and %s prints '%s'", line, shown.command(),
          printed.get(at)).isTrue();
      at++;
      anywhere = false;
    }
  }

  private static boolean isPrinted(String line, String printed) {
    if (line.endsWith(MORE)) {
      String begins = line.substring(0, line.length() - MORE.length()).stripTrailing();
      return printed.length() >= begins.length() && same(begins, printed.substring(0, begins.length()));
    }
    return same(line.strip(), printed.strip());
  }

  /// Other processors round differently: figures with decimals may differ a little.
  private static boolean same(String line, String printed) {
    List<Double> shown = decimals(line);
    List<Double> found = decimals(printed);
    return DECIMAL.matcher(line).replaceAll("#").equals(DECIMAL.matcher(printed).replaceAll("#"))
        && IntStream.range(0, shown.size()).allMatch(i -> Math.abs(shown.get(i) - found.get(i)) <= ROUNDING);
  }

  private static List<Double> decimals(String line) {
    return DECIMAL.matcher(line).results().map(found -> Double.valueOf(found.group())).toList();
  }

  /// Rows are counted; of each, prompt, tokens, answer and reward are found again from the data files' own lines.
  private void audit(List<Pens> problems) throws IOException {
    ObjectMapper json = new ObjectMapper();
    TokensOfFile tokens = TokensOfFile.of(json.readTree(folder.resolve("tiny-instruct/tokenizer.json").toFile()));
    List<String> rows = Files.readAllLines(folder.resolve("run/rollouts.jsonl"));
    assertThat(rows).hasSize(PROBLEMS * SAMPLES);
    int right = 0;
    int boundary = 0;
    for (int i = 0; i < rows.size(); i++) {
      JsonNode row = json.readTree(rows.get(i));
      Pens asked = problems.get(i / SAMPLES);
      String prompt = prompt(asked);
      assertThat(row.at("/problem/prompt").asText()).isEqualTo(prompt);
      int[] ids = StreamSupport.stream(row.get("tokens").spliterator(), false).mapToInt(JsonNode::asInt).toArray();
      assertThat(tokens.read(ids, 0, row.get("promptLength").asInt())).isEqualTo(prompt);
      String completion = row.get("completion").asText();
      assertThat(tokens.read(ids, row.get("promptLength").asInt(), ids.length)).isEqualTo(completion);
      Matcher numbers = Pattern.compile("\\d+").matcher(completion);
      List<String> found = numbers.results().map(result -> result.group()).toList();
      assertThat(found).as(completion).hasSize(1);
      assertThat(row.get("read").asText()).isEqualTo(found.getFirst());
      String reference = asked.solution().substring(asked.solution().indexOf("#### ") + 5);
      assertThat(row.get("reward").asInt()).as(completion).isEqualTo(found.getFirst().equals(reference) ? 1 : 0);
      right += row.get("reward").asInt();
      boundary += completion.contains("####") ? 1 : 0;
    }
    assertThat(right).isBetween(rows.size() / 4, rows.size() * 3 / 4);
    assertThat(boundary).as("both forms of answers are given").isBetween(rows.size() / 4, rows.size() * 3 / 4);
    assertThat(Files.readString(PAGE)).contains("  accuracy %.3f  ".formatted((double) right / rows.size()));
  }

  /// What the template's text says, written out.
  private static String prompt(Pens asked) {
    StringBuilder prompt = new StringBuilder("<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n");
    for (Pens shot : PenProblems.train().subList(0, 2)) {
      prompt.append("<|im_start|>user\n").append(shot.question()).append("<|im_end|>\n<|im_start|>assistant\n")
          .append(shot.solution()).append("<|im_end|>\n");
    }
    return prompt + "<|im_start|>user\n" + asked.question() + "<|im_end|>\n<|im_start|>assistant\n";
  }

  /// Texts of ids, from the file's own words.
  private record TokensOfFile(String[] texts) {
    static TokensOfFile of(JsonNode file) {
      JsonNode vocabulary = file.at("/model/vocab");
      JsonNode added = file.get("added_tokens");
      String[] texts = new String[vocabulary.size() + added.size()];
      vocabulary.properties().forEach(
          entry -> texts[entry.getValue().asInt()] = entry.getKey().replace('\u0120', ' ').replace('\u010A', '\n'));
      added.forEach(token -> texts[token.get("id").asInt()] = token.get("content").asText());
      return new TokensOfFile(texts);
    }

    String read(int[] ids, int from, int to) {
      return String.join("", IntStream.range(from, to).mapToObj(i -> texts[ids[i]]).toList());
    }
  }
}

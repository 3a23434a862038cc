package org.striatum.cli.fuzz;

import static org.striatum.cli.fuzz.FuzzTarget.file;
import static org.striatum.cli.fuzz.FuzzTarget.folder;
import static org.striatum.cli.fuzz.FuzzTarget.string;
import static org.striatum.cli.fuzz.FuzzTarget.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.striatum.cli.fuzz.FuzzTarget.Cost;
import org.striatum.datasets.FileProblems;
import org.striatum.datasets.ForeignRollouts;
import org.striatum.datasets.OutcomeFile;
import org.striatum.datasets.SavedStates;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.images.IdxFile;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.table.DuckDb;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import org.striatum.studies.directions.DirectionFile;
import org.striatum.studies.neurons.NeuronSelection;

/// Readers of problems, of what other programs made (completions, states, outcomes, images, directions), of lists of neurons, and of the
/// texts that models write.
final class DataTargets {
  private static final String QUESTIONS = "{\"question\": \"1+1\", \"answer\": \"a #### 2\"}\n";
  private static final String COLUMNS = "question,answer\n\"1+1\",#### 2\n2+2,#### 4\n";
  private static final String OUTCOMES = """
      {"problem": "a", "reward": 1, "prompt_length": 1, "finished": true}
      {"problem": 2, "reward": false, "prompt_length": 1, "dataset": "d", "prompt": "p", "answer": "3"}
      """;

  private DataTargets() {}

  static List<FuzzTarget> all() {
    return Stream.of(problems(), imports(), others(), texts()).flatMap(List::stream).toList();
  }

  private static List<FuzzTarget> problems() {
    return List.of(
        text("problems.jsonl", QUESTIONS.repeat(3), "jsonl", DataTargets::problems),
        folder("problems.jsonl.gz", to -> {
          try (GZIPOutputStream out = new GZIPOutputStream(
              Files.newOutputStream(Files.createDirectories(to).resolve("seed.jsonl.gz")))) {
            out.write(QUESTIONS.repeat(3).getBytes(StandardCharsets.UTF_8));
          }
        }, "seed.jsonl.gz", path -> problems(path.resolve("seed.jsonl.gz"))),
        text("problems.json", "[{\"problem\": \"1+1\", \"solution\": \"\\\\boxed{2}\", \"answer\": \"2\"}]", "json",
            DataTargets::problems),
        text("problems.csv", COLUMNS, "csv", DataTargets::problems).at(Cost.DEARER),
        text("problems.tsv", COLUMNS.replace(',', '\t'), "tsv", DataTargets::problems).at(Cost.DEARER),
        folder("problems.parquet", DataTargets::parquet, "seed.parquet",
            path -> problems(path.resolve("seed.parquet"))).at(Cost.DEARER));
  }

  private static void problems(Path file) throws IOException {
    FileProblems.read(file, FileProblems.Options.RECOGNISED, 10);
  }

  private static void parquet(Path to) throws IOException {
    Files.createDirectories(to);
    try (Connection database = DuckDb.open("", new Properties()); Statement statement = database.createStatement()) {
      statement.execute("COPY (SELECT '1+1' AS question, '#### 2' AS answer) TO '" + to.resolve("seed.parquet")
          + "' (FORMAT parquet)");
    } catch (SQLException failed) {
      throw new IOException(failed);
    }
  }

  /// Completions of other programs, graded by the file and graded again.
  private static List<FuzzTarget> imports() {
    return List.of(
        completions("import-harness", """
            {"doc_id": 0, "doc": {"question": "1+1="}, "target": "2", "arguments": [["1+1=", {"until": ["\\n"]}]], \
            "resps": [["2"]], "filtered_resps": ["2"], "filter": "none", "metrics": ["exact_match"], "exact_match": 1.0}
            {"doc_id": 1, "doc": {"question": "2+2="}, "target": "4", "arguments": {"gen_args_0": {"arg_0": "2+2=", \
            "arg_1": {"until": ["\\n"]}}}, "resps": [["5\\n", "4"]], "filter": "none", "exact_match": 0}
            """),
        completions("import-likelihood", """
            {"doc_id": 0, "doc": {}, "target": "1", "arguments": {"gen_args_0": {"arg_0": "a=", "arg_1": " 1"}, \
            "gen_args_1": {"arg_0": "a=", "arg_1": " 2"}}, "resps": [[["-1.5", "False"]], [["-0.5", "True"]]], \
            "filtered_resps": [["-1.5", "False"], ["-0.5", "True"]], "metrics": ["acc"], "acc": 1.0}
            """),
        completions("import-vllm", """
            {"prompt": "1+1=", "prompt_token_ids": [4, 5], "outputs": [{"text": "2", "token_ids": [6], \
            "finish_reason": "stop"}, {"text": "3", "token_ids": [7], "finish_reason": "length", "score": 0}], \
            "score": 1, "answer": "2"}
            """),
        completions("import-completions",
            """
                {"id": "a", "prompt": "1+1=", "choices": [{"text": "2", "finish_reason": "stop", "reward": 1}], "answer": 2}
                {"id": "b", "prompt": [3, 4], "choices": [{"text": "2", "finish_reason": "length"}], "reward": 0, "answer": 3}
                """
                .replace("[3, 4]", "\"2+1=\"")),
        completions("import-ids",
            "{\"prompt\": [3, 4], \"choices\": [{\"text\": \"2\", \"token_ids\": [5]}], \"reward\": 1, "
                + "\"answer\": \"2\"}\n"),
        completions("import-chat", """
            {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": [{"type": "text", \
            "text": "1+1?"}]}], "choices": [{"message": {"content": "2", "reasoning_content": "1 and 1"}, \
            "finish_reason": "stop"}], "chat_template_kwargs": {"enable_thinking": true}, "score": 1, "answer": "2"}
            """));
  }

  private static FuzzTarget completions(String name, String lines) {
    return text(name, lines, "jsonl", path -> {
      ForeignRollouts.read(path, Optional.empty(), Optional.empty());
      ForeignRollouts.read(path, Optional.of(AnswerGrader.NUMBER), Optional.empty());
    });
  }

  private static List<FuzzTarget> others() {
    return List.of(
        file("saved-states", DataTargets::states, path -> SavedStates.open(path).close()),
        folder("outcomes", to -> {
          Files.writeString(Files.createDirectories(to).resolve("outcomes.jsonl"), OUTCOMES);
          states(to.resolve("states.safetensors"));
        }, "outcomes.jsonl", path -> {
          try (SavedStates states = SavedStates.open(path.resolve("states.safetensors"))) {
            OutcomeFile.read(path.resolve("outcomes.jsonl"), states);
          }
        }),
        text("directions", "{\"hook\": \"blocks.2.hook_resid_post\", \"vector\": [0.5, -1, 2]}", "json",
            DirectionFile::read),
        folder("directions.safetensors", to -> {
          Files.createDirectories(to);
          floats(to.resolve("d.safetensors"), "blocks.2.hook_resid_post", 3);
        }, "d.safetensors", path -> DirectionFile.read(path.resolve("d.safetensors"))),
        text("neurons", "# best\nblocks.2.hook_resid_post[17]\n\nblocks.0.hook_resid_post[3]\n", path -> read(path)),
        text("neurons-json", "[\"blocks.2.hook_resid_post[17]\", \"blocks.0.hook_resid_post[3]\"]", path -> read(path)),
        file("network", path -> Mlp.random(new int[]{3, 4, 2}, new SplittableRandom(1)).save(path), Mlp::load),
        file("images", path -> Files.write(path, images(1)), IdxFile::read),
        folder("image-set", to -> {
          Files.createDirectories(to);
          for (String kind : List.of("train", "t10k")) {
            Files.write(to.resolve(kind + "-images-idx3-ubyte"), images(2));
            Files.write(to.resolve(kind + "-labels-idx1-ubyte"), new byte[]{0, 0, 8, 1, 0, 0, 0, 2, 3, 4});
          }
        }, "train-labels-idx1-ubyte", ImageSet::read));
  }

  private static void read(Path file) throws IOException {
    NeuronSelection.Listed.read(file);
  }

  /// Images of 2 × 2.
  private static byte[] images(int count) {
    byte[] bytes = new byte[16 + 4 * count];
    byte[] head = {0, 0, 8, 3, 0, 0, 0, (byte) count, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4};
    System.arraycopy(head, 0, bytes, 0, head.length);
    return bytes;
  }

  /// Saved states of two completions.
  private static void states(Path file) throws IOException {
    List<Declared> tensors = List.of(new Declared("rollout_index", DType.I32, List.of(3L)),
        new Declared("token_ids", DType.I32, List.of(3L)),
        new Declared("blocks.0.hook_resid_post", DType.F32, List.of(3L, 2L)));
    try (SafetensorsWriter writer = new SafetensorsWriter(file, tensors, new TreeMap<>())) {
      writer.append("rollout_index", new int[]{0, 0, 1}, 0, 3);
      writer.append("token_ids", new int[]{5, 6, 5}, 0, 3);
      writer.append("blocks.0.hook_resid_post", new float[]{1, 2, 3, 4, 5, 6}, 0, 6);
    }
  }

  private static void floats(Path file, String name, int count) throws IOException {
    try (SafetensorsWriter writer = new SafetensorsWriter(file,
        List.of(new Declared(name, DType.F32, List.of((long) count))), new TreeMap<>())) {
      float[] values = new float[count];
      values[0] = 1;
      writer.append(name, values, 0, count);
    }
  }

  private static List<FuzzTarget> texts() {
    return Stream.concat(
        Stream.of(AnswerGrader.values()).map(grader -> text("grader-" + grader.printed(), answer(grader),
            path -> grade(grader, path)).at(Cost.DEAR)),
        Stream.of(text("steps", "First\n\nthen \n \t\n1 + 1\n\n\n= 2</think>", DataTargets::cut))).toList();
  }

  private static String answer(AnswerGrader grader) {
    return switch (grader) {
      case MATH -> "So \\boxed{\\frac{1}{2}+\\{1,2\\}}";
      default -> "so the answer is $1,111.5$ (B). #### -3/4";
    };
  }

  private static void grade(AnswerGrader grader, Path file) throws IOException {
    String text = string(file);
    grader.answer(text);
    grader.reference(text);
  }

  private static void cut(Path file) throws IOException {
    String text = string(file);
    StepCutter.PARAGRAPH.cut(List.of(text));
    StepCutter.NEWLINE.cut(List.of(text.split("(?<=\\G.{3})")));
  }
}

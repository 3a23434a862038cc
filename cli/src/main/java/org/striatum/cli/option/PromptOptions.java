package org.striatum.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.prompt.PromptFormat.Thinking;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.jinja.Template;
import org.striatum.hooks.jinja.TemplateException;
import org.striatum.hooks.text.CheckpointText;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.rollouts.WorkedExamples;
import org.striatum.studies.rollouts.PromptSettings;
import org.striatum.studies.rollouts.PromptSettings.ChatSettings;
import org.striatum.studies.rollouts.PromptSettings.ShotSettings;
import org.striatum.studies.rollouts.PromptSettings.Style;
import picocli.CommandLine.Option;

/// How problems are asked: as text or as a chat, after worked examples, up to which texts.
public final class PromptOptions {
  /// The word for a split that is no training data, in a file's name.
  private static final Pattern SPLIT = Pattern.compile("test|validation|dev|val");
  private static final Pattern SHARD = Pattern.compile("-\\d{5}-of-\\d{5}");
  private static final Pattern ESCAPE = Pattern.compile("\\\\[n\\\\]");

  @Option(names = "--chat", description = "Ask by the checkpoint's chat template.")
  private boolean chat;

  @Option(names = "--raw", description = "Ask in plain text, although the checkpoint has a chat template.")
  private boolean raw;

  @Option(names = "--system", paramLabel = "TEXT", description = "With --chat: the system message, as it stands.")
  private String system;

  @Option(names = "--chat-template", paramLabel = "FILE|NAME", description = "With --chat: another template: a file, or the name of one that the checkpoint has.")
  private String template;

  @Option(names = "--template-arg", paramLabel = "NAME=VALUE", description = "With --chat: a value for the template, such as enable_thinking=false. May be given several times.")
  private List<String> arguments = List.of();

  @Option(names = "--shots", paramLabel = "N", defaultValue = "0", description = "Worked examples before each question, from the train split beside the file (default 0).")
  private int shots;

  @Option(names = "--shots-file", paramLabel = "FILE", description = "Worked examples of --data, instead of those of its train split.")
  private Path shotsFile;

  @Option(names = "--shots-seed", paramLabel = "N", description = "Choose worked examples at random (default: the first ones).")
  private Long shotsSeed;

  @Option(names = "--stop", paramLabel = "TEXT", description = "A text that ends a completion; \\n is a line end, \\\\ a backslash. May be given several times (default: those of the data's layout; none with --chat).")
  private List<String> stops;

  @Option(names = "--no-stop", description = "No text ends a completion.")
  private boolean noStop;

  @Option(names = "--thinking", paramLabel = "OPEN,CLOSE", description = "Markers around thoughts, which are not graded (default: those of the chat template, else <think>,</think>).")
  private String thinking;

  /// The options that say where worked examples come from, as a plan has them.
  public static PromptOptions of(PromptSettings settings, String examples) {
    PromptOptions options = new PromptOptions();
    options.chat = settings.style() == Style.CHAT;
    options.shots = settings.shots().count();
    options.shotsFile = examples == null ? null : Path.of(examples);
    return options;
  }

  /// The file of worked examples that was given; null for none.
  public Path shotsFile() {
    return shotsFile;
  }

  /// Whether questions are messages: then the text around a question is the template's.
  public boolean isChat() {
    return chat;
  }

  /// The settings.
  ///
  /// @throws UsageException if options contradict each other
  public PromptSettings settings() throws IOException {
    if (chat && raw) {
      throw new UsageException("--chat and --raw contradict each other: give one");
    }
    if (!chat && (system != null || template != null || !arguments.isEmpty())) {
      throw new UsageException("--system, --chat-template and --template-arg have no effect without --chat");
    }
    if (noStop && stops != null) {
      throw new UsageException("--stop and --no-stop contradict each other: give one");
    }
    if (shots == 0 && (shotsFile != null || shotsSeed != null)) {
      throw new UsageException("--shots-file and --shots-seed have no effect without --shots");
    }
    PromptSettings settings = PromptSettings.defaults().withShots(new ShotSettings(shots, shotsSeed))
        .withThinking(markers());
    if (noStop || stops != null) {
      settings = settings.withStops(noStop ? List.of() : stops.stream().map(PromptOptions::unescaped).toList());
    }
    return chat
        ? settings.withChat(new ChatSettings(system, template(), values()))
        : settings.withStyle(raw ? Style.RAW : Style.UNSAID);
  }

  /// The text of the file, or a name.
  private String template() throws IOException {
    if (template == null) {
      return null;
    }
    if (!Files.isRegularFile(Path.of(template))) {
      if (!template.matches("[\\w.-]+") || template.endsWith(".jinja")) {
        throw new UsageException("--chat-template: there is no file " + template);
      }
      return template;
    }
    Path file = Path.of(template);
    String text;
    try {
      text = CheckpointText.read(file, Template.LARGEST);
      Template.of(text); // what it cannot do is said before what it lacks
    } catch (CheckpointException | TemplateException refused) {
      throw new UsageException("--chat-template: " + refused.getMessage(), refused);
    }
    if (!text.contains("{{")) {
      throw new UsageException("--chat-template: " + file + " is no template: it writes no message by {{ … }}");
    }
    return text;
  }

  private SortedMap<String, String> values() {
    SortedMap<String, String> values = new TreeMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (equals < 1) {
        throw new UsageException("--template-arg must be NAME=VALUE, found '" + argument + "'");
      }
      values.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    return values;
  }

  private Thinking markers() {
    if (thinking == null) {
      return null;
    }
    int comma = thinking.indexOf(',');
    if (comma < 1 || comma == thinking.length() - 1) {
      throw new UsageException("--thinking must be OPEN,CLOSE, found '" + thinking + "'");
    }
    String open = thinking.substring(0, comma);
    String close = thinking.substring(comma + 1);
    if (open.equals(close)) {
      throw new UsageException("--thinking must be two different markers, found '" + thinking + "'");
    }
    return new Thinking(open, close);
  }

  /// A line end for `\n` and a backslash for two of them; everything else as it stands, so that LaTeX does.
  static String unescaped(String text) {
    return ESCAPE.matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(found.group().equals("\\n") ? "\n" : "\\"));
  }

  /// The worked examples of the sets that were read from files.
  ///
  /// @param problems how their files are read
  public WorkedExamples examples(List<ProblemSet> sets, ProblemOptions problems) throws IOException {
    if (shots == 0) {
      return WorkedExamples.NONE;
    }
    Map<String, ProblemSet> examples = new HashMap<>();
    for (Path file : problems.files()) {
      Optional<Path> train = shotsFile == null ? trainSplit(file) : Optional.of(shotsFile);
      if (train.isPresent()) {
        ProblemSet read = problems.read(train.get(), chat);
        examples.put(problems.named(sets, file), read);
      }
    }
    if (shotsFile != null && examples.isEmpty()) {
      throw new UsageException("--shots-file has no effect without --data");
    }
    return new WorkedExamples(examples);
  }

  /// `train.parquet` beside `test.parquet`, `train-00000-of-00001.parquet` beside `test-…`.
  static Optional<Path> trainSplit(Path file) throws IOException {
    String name = file.getFileName().toString();
    Path folder = file.toAbsolutePath().getParent();
    Matcher split = SPLIT.matcher(name);
    List<String> beginnings = new ArrayList<>();
    List<String> ends = new ArrayList<>();
    while (split.find()) {
      beginnings.addFirst(name.substring(0, split.start()) + "train");
      ends.addFirst(name.substring(split.end()));
    }
    for (int i = 0; i < ends.size(); i++) { // the last word first: it is nearest to the file's kind
      Path same = folder.resolve(beginnings.get(i) + ends.get(i));
      if (Files.isRegularFile(same)) {
        return Optional.of(same);
      }
    }
    for (int i = 0; i < ends.size(); i++) {
      Optional<Path> shard = firstShard(folder, beginnings.get(i), SHARD.matcher(ends.get(i)).replaceFirst(""));
      if (shard.isPresent()) {
        return shard;
      }
    }
    return Optional.empty();
  }

  /// `train-00000-of-00002.parquet`.
  private static Optional<Path> firstShard(Path folder, String beginning, String end) throws IOException {
    Pattern name = Pattern.compile(Pattern.quote(beginning) + SHARD.pattern() + Pattern.quote(end));
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).filter(one -> name.matcher(one.getFileName().toString()).matches())
          .sorted().findFirst();
    }
  }
}

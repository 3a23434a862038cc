package org.striatum.studies.rollouts;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.striatum.datasets.MissingSettingException;
import org.striatum.datasets.Need;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.datasets.prompt.PromptFormat.Chat;
import org.striatum.datasets.prompt.PromptFormat.Thinking;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.chat.ChatMessage;
import org.striatum.hooks.chat.ChatTemplate;
import org.striatum.hooks.chat.ChatTemplates;
import org.striatum.hooks.chat.TemplateArgument;
import org.striatum.hooks.chat.ThinkingMarkers;
import org.striatum.hooks.text.SpecialTokenPolicy.Source;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.rollouts.PromptSettings.ChatSettings;
import org.striatum.studies.rollouts.PromptSettings.Style;

/// Writes prompts: examples and question as text, or as the messages of a chat.
final class Prompting {
  /// Between examples, and between the last one and the question.
  private static final String GAP = "\n\n";
  private static final String NAMED_TEMPLATE = "[\\w.-]+";
  /// A question that shows what a template does with it.
  private static final String PROBE = "question";

  private final PromptSettings settings;
  private final HookedModel model;
  private final Optional<ChatTemplate> template;
  private final Map<String, Object> arguments;
  private final LocalDate date;

  /// @param date that templates are told which ask for it
  private Prompting(PromptSettings settings, HookedModel model, Optional<ChatTemplate> template, LocalDate date) {
    this.settings = settings;
    this.model = model;
    this.template = template;
    this.arguments = new LinkedHashMap<>();
    settings.chat().arguments()
        .forEach((name, json) -> arguments.put(name, TemplateArgument.parse(name + "=" + json).value()));
    this.date = date;
  }

  /// @param before how the run was asked already; empty for a new one
  /// @throws UsageException if a chat is asked for and the checkpoint has no template
  static Prompting of(PromptSettings settings, HookedModel model, Optional<PromptFormat> before) throws IOException {
    LocalDate date = before.map(PromptFormat::chat).map(Chat::date).map(LocalDate::parse).orElseGet(LocalDate::now);
    Prompting prompting = new Prompting(settings, model,
        settings.style() == Style.CHAT ? Optional.of(template(settings.chat(), model)) : Optional.empty(), date);
    prompting.requireQuestions();
    return prompting;
  }

  /// Two questions must not give one prompt.
  private void requireQuestions() {
    if (template.isEmpty()) {
      return;
    }
    String prompt = probe(PROBE, "1", "1");
    if (prompt.equals(probe(PROBE, "1", "2"))) {
      throw new UsageException("the chat template " + printed().orElseThrow()
          + " does not write the user's message: every prompt would be the same");
    }
    if (settings.shots().count() > 0
        && (prompt.equals(probe(PROBE + " 0", "1", "1")) || prompt.equals(probe(PROBE, "2", "1")))) {
      throw new UsageException("the chat template " + printed().orElseThrow()
          + " does not write the worked examples: a message before the last one is in no prompt");
    }
  }

  /// A prompt as the settings ask for it, system message and as many examples as they say.
  ///
  /// @param first question of the first example
  /// @param solution of the first example
  private String probe(String first, String solution, String question) {
    List<ChatMessage> messages = begun(settings.chat().system());
    for (int shot = 0; shot < settings.shots().count(); shot++) {
      messages.add(ChatMessage.user(shot == 0 ? first : PROBE));
      messages.add(ChatMessage.assistant("answer " + (shot == 0 ? solution : "")));
    }
    messages.add(ChatMessage.user(PROBE + " " + question));
    return chat(messages);
  }

  private static List<ChatMessage> begun(String system) {
    List<ChatMessage> messages = new ArrayList<>();
    if (system != null) {
      messages.add(ChatMessage.system(system));
    }
    return messages;
  }

  /// What the template is told and does not use, one line each.
  List<String> unused() {
    List<String> lines = new ArrayList<>();
    if (template.isEmpty()) {
      return lines;
    }
    String system = settings.chat().system();
    if (system != null) {
      String without = chat(List.of(ChatMessage.user(PROBE)));
      String with = chat(List.of(ChatMessage.system(system), ChatMessage.user(PROBE)));
      if (with.equals(without) && !with.contains(system.strip())) {
        lines.add(
            "the chat template %s does not write the system message: no prompt has it".formatted(printed().get()));
      }
    }
    for (String name : arguments.keySet()) {
      if (!Pattern.compile("\\b" + Pattern.quote(name) + "\\b").matcher(template.get().source()).find()) {
        lines.add("the chat template %s does not know the argument '%s': it changes nothing".formatted(
            printed().get(), name));
      }
    }
    return lines;
  }

  private static ChatTemplate template(ChatSettings chat, HookedModel model) throws IOException {
    Map<String, String> tokens = model.tokenizer().named();
    ChatTemplates own = model.chatTemplates();
    if (chat.template() == null) {
      return own.byDefault(tokens).orElseThrow(() -> new MissingSettingException(Need.CHAT_TEMPLATE,
          model.facts().name() + " has no chat template"));
    }
    if (chat.template().matches(NAMED_TEMPLATE)) {
      return own.named(chat.template(), tokens);
    }
    if (!chat.template().contains("{{")) {
      throw new UsageException("a chat template writes messages by {{ … }}; the given text has none of these");
    }
    return ChatTemplate.of("given", chat.template(), new Source("a file that was named", "its text"), tokens);
  }

  /// Whether the checkpoint has a chat template that nobody asked for or refused.
  boolean leavesTemplateUnused() throws IOException {
    return settings.style() == Style.UNSAID && !model.chatTemplates().isEmpty();
  }

  /// The prompt of a problem.
  ///
  /// @param examples in their order
  String prompt(ProblemSet set, Problem problem, List<Problem> examples) {
    if (template.isEmpty()) {
      StringBuilder text = new StringBuilder();
      examples
          .forEach(example -> text.append(example.prompt()).append(delimiter(set, example)).append(example.solution())
              .append(GAP));
      return text.append(problem.prompt()).toString();
    }
    List<ChatMessage> messages = begun(settings.chat().system());
    for (Problem example : examples) {
      messages.add(ChatMessage.user(example.prompt()));
      messages.add(ChatMessage.assistant(example.solution()));
    }
    messages.add(ChatMessage.user(problem.prompt()));
    return chat(messages);
  }

  /// Between a question and its solution; nothing where the question's text ends in a blank already, as the last one does.
  private static String delimiter(ProblemSet set, Problem example) {
    boolean blank = Character.isWhitespace(example.prompt().charAt(example.prompt().length() - 1));
    return blank && set.delimiter().isBlank() ? "" : set.delimiter();
  }

  /// A chat that somebody else made, up to where the model's next message begins.
  String chat(List<ChatMessage> messages) {
    String text = template.orElseThrow().render(messages, true, arguments, date.atStartOfDay());
    if (text.isEmpty()) {
      throw new UsageException("the chat template " + printed().orElseThrow() + " makes an empty prompt of a chat");
    }
    return text;
  }

  /// The tokens of a problem's prompt.
  ///
  /// @throws BadDataException if it is of a file and uses a token that the model has no row for, naming the problem
  /// @throws UsageException if it is of another set and does
  TokenSequence tokens(ProblemSet set, Problem problem) throws IOException {
    try {
      return tokens(problem.prompt());
    } catch (UsageException refused) {
      String told = set.place(problem) + ": " + refused.getMessage();
      if (set.origin().isPresent()) {
        throw new BadDataException(told, refused);
      }
      throw new UsageException(told, refused);
    }
  }

  /// Its tokens: those of a chat are all in its text.
  private TokenSequence tokens(String prompt) throws IOException {
    return TokenSequence.prompt(template.isPresent()
        ? model.tokenizer().encodeBare(prompt)
        : model.tokenizer().encodePrompt(prompt));
  }

  /// What the run keeps.
  ///
  /// @param examples of each set
  PromptFormat format(List<ProblemSet> sets, PromptFormat.Shots shots,
      Function<ProblemSet, List<Problem>> examples) throws IOException {
    SortedMap<String, List<String>> stops = new TreeMap<>();
    for (ProblemSet set : sets) {
      stops.put(set.name(), settings.stops() != null
          ? settings.stops()
          : template.isPresent() ? List.of() : stops(set, examples.apply(set)));
    }
    return new PromptFormat(chat(), shots, stops, endOfTurn(), markers());
  }

  /// Those of its layout; else, where examples end in a gap and have none inside, the gap.
  private static List<String> stops(ProblemSet set, List<Problem> examples) {
    boolean gap = set.stops().isEmpty() && set.origin().isPresent() && !examples.isEmpty()
        && examples.stream().noneMatch(example -> example.solution().contains(GAP));
    return gap ? List.of(GAP) : set.stops();
  }

  /// Whether nothing but the end of a sequence ends the completions of a set.
  boolean endsNowhere(ProblemSet set, PromptFormat format) {
    return template.isEmpty() && settings.stops() == null && set.origin().isPresent()
        && format.stops(set.name()).isEmpty();
  }

  /// Those of the template that writes the prompts. Of text those of the checkpoint's own template too: whatever the prompt is,
  /// a model that was taught to think writes its thoughts between them.
  Thinking markers() throws IOException {
    Optional<ThinkingMarkers> found = template.isPresent()
        ? template.get().thinking()
        : model.chatTemplates().thinking();
    return Optional.ofNullable(settings.thinking())
        .or(() -> found.map(markers -> new Thinking(markers.open(), markers.close()))).orElse(Thinking.USUAL);
  }

  /// What the run keeps of prompts that another program asked.
  ///
  /// @param stops dataset → texts that end a completion
  PromptFormat imported(SortedMap<String, List<String>> stops) throws IOException {
    return new PromptFormat(chat(), PromptFormat.Shots.NONE, stops, endOfTurn(), markers());
  }

  private Chat chat() {
    return template.map(used -> new Chat(used.name(), used.origin().toString(), used.checksum(),
        settings.chat().system(), settings.chat().arguments(), used.asksForTheDate() ? date.toString() : null))
        .orElse(null);
  }

  /// The template, for a reader; empty where prompts are text.
  Optional<String> printed() {
    return template.map(used -> "'%s' (%s)".formatted(used.name(), used.origin()));
  }

  /// The token that ends a message, unless it ends a sequence anyway, or a thought.
  private List<Integer> endOfTurn() throws IOException {
    Optional<SpecialToken> turn = template.isPresent()
        ? template.get().endOfTurn(model.tokenizer(), arguments)
        : Optional.empty();
    String close = markers().close();
    return turn.filter(token -> !close.equals(token.content())).map(SpecialToken::id)
        .filter(id -> !model.endOfSequence().contains(id)).map(List::of)
        .orElse(List.of());
  }
}

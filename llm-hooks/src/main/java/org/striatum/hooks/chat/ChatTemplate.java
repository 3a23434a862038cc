package org.striatum.hooks.chat;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.striatum.hooks.jinja.RenderingLimits;
import org.striatum.hooks.jinja.Template;
import org.striatum.hooks.jinja.TemplateException;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;
import org.striatum.hooks.text.SpecialTokenPolicy.Source;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// A template that turns a chat into one text. What it renders is encoded as it stands ([Tokenizer#encodeBare]): the template
/// writes the special tokens itself.
public final class ChatTemplate {
  private static final String PROBE = "striatum reads where this answer ends";

  private final String name;
  private final String source;
  private final Source origin;
  private final SequencedMap<String, String> tokens;
  private final Template template;

  private ChatTemplate(String name, String source, Source origin, Map<String, String> tokens) {
    this.name = name;
    this.source = source;
    this.origin = origin;
    this.tokens = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tokens));
    this.template = Template.of(source);
  }

  /// Reads a template.
  ///
  /// @param name `default`, or another that a checkpoint gives it
  /// @param origin where it stands
  /// @param tokens special tokens by role, which it may write: `bos_token`, `eos_token`…
  /// @throws TemplateException if it cannot be read
  public static ChatTemplate of(String name, String source, Source origin, Map<String, String> tokens) {
    return new ChatTemplate(name, source, origin, tokens);
  }

  /// The text of a chat.
  ///
  /// @param messages at least one
  /// @param addGenerationPrompt whether the beginning of the model's next message follows
  /// @param arguments further values, see [TemplateArgument]
  /// @param now what the template is told if it asks for the date
  /// @throws TemplateException if the template refuses the chat, uses what is not supported, or costs too much
  public String render(List<ChatMessage> messages, boolean addGenerationPrompt, Map<String, ?> arguments,
      LocalDateTime now) {
    if (messages.isEmpty()) {
      throw new UsageException("a chat must have a message");
    }
    for (String name : arguments.keySet()) {
      if (TemplateArgument.RESERVED.contains(name)) {
        throw new UsageException("'" + name + "' is no argument of a template: a chat's own");
      }
    }
    Map<String, Object> values = new HashMap<>(tokens);
    values.put("tools", null);
    values.put("documents", null);
    values.putAll(arguments);
    values.put("messages", new ArrayList<>(messages.stream().map(ChatMessage::fields).toList()));
    values.put("add_generation_prompt", addGenerationPrompt);
    return template.render(values, now, RenderingLimits.DEFAULT);
  }

  /// Why it refuses the simplest chat, one question; empty if it writes it.
  public Optional<TemplateException> refusal() {
    try {
      render(List.of(ChatMessage.user("question")), true, Map.of(), LocalDateTime.of(2000, 1, 1, 0, 0));
      return Optional.empty();
    } catch (TemplateException refused) {
      return Optional.of(refused);
    }
  }

  /// The special token that ends the model's message: the first that follows its text, with nothing but white space between.
  /// Empty if there is none, or if the template refuses a question with an answer.
  ///
  /// @param arguments as for [#render]
  public Optional<SpecialToken> endOfTurn(Tokenizer tokenizer, Map<String, ?> arguments) {
    List<ChatMessage> asked = List.of(ChatMessage.user("question"), ChatMessage.assistant(PROBE));
    List<ChatMessage> goesOn = List.of(asked.getFirst(), asked.getLast(), ChatMessage.user("next question"));
    return after(asked, tokenizer, arguments).or(() -> after(goesOn, tokenizer, arguments));
  }

  private Optional<SpecialToken> after(List<ChatMessage> messages, Tokenizer tokenizer, Map<String, ?> arguments) {
    String text;
    try {
      text = render(messages, false, arguments, LocalDateTime.of(2000, 1, 1, 0, 0));
    } catch (TemplateException refused) {
      return Optional.empty();
    }
    int answer = text.lastIndexOf(PROBE);
    if (answer < 0) {
      return Optional.empty();
    }
    String behind = text.substring(answer + PROBE.length()).stripLeading();
    return tokenizer.added().entrySet().stream().filter(added -> behind.startsWith(added.getKey()))
        .max((a, b) -> Integer.compare(a.getKey().length(), b.getKey().length()))
        .map(added -> new SpecialToken(added.getValue(), added.getKey()));
  }

  /// What stands around a thought, if the template knows of thinking.
  public Optional<ThinkingMarkers> thinking() {
    return ThinkingMarkers.in(source);
  }

  /// Whether the text may depend on the date.
  public boolean asksForTheDate() {
    return source.contains("strftime_now");
  }

  /// `default`, or another name that the checkpoint gives it.
  public String name() {
    return name;
  }

  /// Where it stands.
  public Source origin() {
    return origin;
  }

  /// Its text.
  public String source() {
    return source;
  }

  /// Of its text in UTF-8.
  public Sha256 checksum() {
    return Sha256.of(source.getBytes(StandardCharsets.UTF_8));
  }
}

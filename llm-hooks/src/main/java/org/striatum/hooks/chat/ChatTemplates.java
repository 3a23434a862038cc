package org.striatum.hooks.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.jinja.Template;
import org.striatum.hooks.text.CheckpointJson;
import org.striatum.hooks.text.CheckpointText;
import org.striatum.hooks.text.SpecialTokenPolicy.Source;
import org.striatum.probe.run.UsageException;

/// The chat templates of a checkpoint, by name, unread.
///
/// Files decide in the order of the reference implementation: `chat_template.jinja` with `additional_chat_templates/`, then
/// `chat_template` of `tokenizer_config.json`, one or a list with names; `chat_template.json` of a processor comes last.
///
/// Source: Hugging Face transformers 5.18.0, `tokenization_utils_base.py`, `processing_utils.py`.
public final class ChatTemplates {
  private static final String DEFAULT = "default";
  private static final String FIELD = "chat_template";
  private static final String JINJA = "chat_template.jinja";
  private static final String FURTHER = "additional_chat_templates";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String PROCESSOR = "chat_template.json";

  private final SequencedMap<String, Written> templates;
  private final List<Source> overruled;

  /// @param refused why it cannot be used, which is said only where it is asked for; null if nothing is known against it
  private record Written(String source, Source origin, String refused) {}

  private ChatTemplates(SequencedMap<String, Written> templates, List<Source> overruled) {
    this.templates = Collections.unmodifiableSequencedMap(templates);
    this.overruled = List.copyOf(overruled);
  }

  /// Looks for the templates of `folder`.
  ///
  /// @throws CheckpointException if a folder or a JSON file cannot be read; a template that cannot is refused when it is asked for
  public static ChatTemplates find(Path folder) throws CheckpointException {
    List<SequencedMap<String, Written>> found = List.of(jinja(folder), json(folder, CONFIG), json(folder, PROCESSOR));
    List<SequencedMap<String, Written>> there = found.stream().filter(templates -> !templates.isEmpty()).toList();
    SequencedMap<String, Written> first = there.isEmpty() ? new LinkedHashMap<>() : there.getFirst();
    List<Source> overruled = there.stream().skip(1).flatMap(templates -> templates.entrySet().stream())
        .filter(other -> !first.containsKey(other.getKey())
            || !first.get(other.getKey()).source.equals(other.getValue().source))
        .map(other -> other.getValue().origin).toList();
    return new ChatTemplates(first, overruled);
  }

  private static SequencedMap<String, Written> jinja(Path folder) throws CheckpointException {
    SequencedMap<String, Written> templates = new LinkedHashMap<>();
    if (Files.isRegularFile(folder.resolve(JINJA))) {
      put(templates, DEFAULT, folder.resolve(JINJA), JINJA);
    }
    Path further = folder.resolve(FURTHER);
    if (Files.isDirectory(further)) {
      try (Stream<Path> files = Files.list(further)) {
        for (Path file : files.sorted().filter(file -> file.toString().endsWith(".jinja")).toList()) {
          String name = file.getFileName().toString();
          put(templates, name.substring(0, name.length() - ".jinja".length()), file, FURTHER + "/" + name);
        }
      } catch (IOException unreadable) {
        throw new CheckpointException("cannot read " + further + ": " + unreadable.getMessage(), unreadable);
      }
    }
    return templates;
  }

  private static SequencedMap<String, Written> json(Path folder, String file) throws CheckpointException {
    SequencedMap<String, Written> templates = new LinkedHashMap<>();
    JsonNode written = CheckpointJson.objectIfPresent(folder.resolve(file)).path(FIELD);
    if (written.isTextual()) {
      put(templates, DEFAULT, written.textValue(), file, FIELD);
    }
    for (JsonNode each : written.isArray() ? written : List.<JsonNode>of()) {
      if (!each.path("name").isTextual() || !each.path("template").isTextual()) {
        return new LinkedHashMap<>(Map.of(DEFAULT, new Written("", new Source(file, FIELD),
            file + ": 'chat_template' must be a text or a list of objects with 'name' and 'template'")));
      }
      put(templates, each.get("name").textValue(), each.get("template").textValue(), file, FIELD);
    }
    return templates;
  }

  private static void put(SequencedMap<String, Written> templates, String name, String source, String file,
      String field) {
    templates.put(name, source.length() > Template.LARGEST
        ? new Written("", new Source(file, field), "%s: a chat template has %d characters, at most %d are read"
            .formatted(file, source.length(), Template.LARGEST))
        : new Written(source, new Source(file, field), null));
  }

  private static void put(SequencedMap<String, Written> templates, String name, Path file, String shown) {
    try {
      put(templates, name, CheckpointText.read(file, Template.LARGEST), shown, "the file");
    } catch (CheckpointException refused) {
      templates.put(name, new Written("", new Source(shown, "the file"), refused.getMessage()));
    }
  }

  /// The names, in the order of the file.
  public List<String> names() {
    return List.copyOf(templates.keySet());
  }

  public boolean isEmpty() {
    return templates.isEmpty();
  }

  /// Templates that another file overrules with a different text.
  public List<Source> overruled() {
    return overruled;
  }

  /// What stands around a thought in the checkpoint's own chats: the markers that its default template mentions, else another.
  /// Templates are not read for it, so that one that is broken has its markers too.
  public Optional<ThinkingMarkers> thinking() {
    Stream<Written> first = Stream.ofNullable(templates.get(DEFAULT));
    return Stream.concat(first, templates.values().stream()).map(written -> ThinkingMarkers.in(written.source))
        .flatMap(Optional::stream).findFirst();
  }

  /// The template that is used where none is named: `default`. One that has another name is for another purpose (tools,
  /// retrieval), even where it is the only one.
  ///
  /// @param tokens special tokens by role
  /// @return empty if the checkpoint has none
  /// @throws UsageException if it has some and none is the default
  /// @throws org.striatum.hooks.jinja.TemplateException if it cannot be read
  public Optional<ChatTemplate> byDefault(Map<String, String> tokens) {
    if (templates.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(named(DEFAULT, tokens));
  }

  /// A template by name.
  ///
  /// @throws UsageException if there is none of that name, or it is too large or no text
  /// @throws org.striatum.hooks.jinja.TemplateException if it cannot be read
  public ChatTemplate named(String name, Map<String, String> tokens) {
    Written written = templates.get(name);
    if (written == null) {
      List<String> hidden = overruled.stream().map(Source::toString).distinct().toList();
      throw new UsageException("the checkpoint has no chat template '%s'; it has %s%s".formatted(name,
          templates.isEmpty() ? "none" : String.join(", ", templates.keySet()),
          hidden.isEmpty() ? "" : ", which overrule " + String.join("; ", hidden)));
    }
    if (written.refused != null) {
      throw new UsageException(written.refused);
    }
    return ChatTemplate.of(name, written.source, written.origin, tokens);
  }
}

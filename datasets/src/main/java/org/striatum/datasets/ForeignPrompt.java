package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.striatum.datasets.ForeignRollouts.Asked;
import org.striatum.datasets.ForeignRollouts.Message;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;

/// A prompt as a file has it: text, messages or token ids.
///
/// @param text what tells it from others; of messages until a template writes them, of tokens until a tokenizer reads them
/// @param tokens where it is nothing else
record ForeignPrompt(String text, Asked asked, Optional<TokenSequence> tokens) {
  /// The prompt of a server's answer: `messages`, `prompt`, or token ids: `prompt` is a list of them, or there is only
  /// `prompt_token_ids`.
  static ForeignPrompt ofServer(JsonNode line) throws MalformedRowException {
    JsonNode prompt = line.path("prompt");
    if (prompt.isArray() && !prompt.isEmpty() && prompt.path(0).isIntegralNumber()) {
      return ofTokens(prompt);
    }
    boolean without = (prompt.isNull() || prompt.isMissingNode()) && line.path("messages").isEmpty();
    JsonNode ids = line.path("prompt_token_ids");
    return without && ids.isArray() && !ids.isEmpty()
        ? ofTokens(ids)
        : of(line.path("messages").isEmpty() ? prompt : line.path("messages"), arguments(line));
  }

  /// Text, or messages.
  static ForeignPrompt of(JsonNode asked) throws MalformedRowException {
    return of(asked, Map.of());
  }

  private static ForeignPrompt of(JsonNode asked, Map<String, JsonNode> arguments) throws MalformedRowException {
    List<Message> messages = messages(asked);
    if (!messages.isEmpty()) {
      return new ForeignPrompt(written(messages), new Asked.Chat(messages, arguments), Optional.empty());
    }
    if (!asked.isTextual() || asked.textValue().isEmpty()) {
      throw new MalformedRowException("has no prompt (arguments.gen_args_0.arg_0 with resps, or prompt)");
    }
    return new ForeignPrompt(asked.textValue(), new Asked.Text(), Optional.empty());
  }

  /// What a server was told for its chat template, as vLLM's and SGLang's requests name it.
  private static Map<String, JsonNode> arguments(JsonNode line) {
    Map<String, JsonNode> arguments = new TreeMap<>();
    line.path("chat_template_kwargs").properties().forEach(one -> arguments.put(one.getKey(), one.getValue()));
    return arguments;
  }

  private static ForeignPrompt ofTokens(JsonNode ids) throws MalformedRowException {
    TokenSequence tokens = TokenSequence.prompt(ids(ids));
    return new ForeignPrompt(tokens.printed(), new Asked.Ids(), Optional.of(tokens));
  }

  static int[] ids(JsonNode list) throws MalformedRowException {
    int[] ids = new int[list.size()];
    for (int i = 0; i < ids.length; i++) {
      if (!list.path(i).canConvertToInt() || !list.path(i).isIntegralNumber() || list.path(i).intValue() < 0) {
        throw new MalformedRowException("has a token id that is no number ≥ 0");
      }
      ids[i] = list.path(i).intValue();
    }
    return ids;
  }

  /// The messages of a chat: a list of them, or such a list as JSON text, as the harness keeps what it sends to a server;
  /// none if it is no chat.
  private static List<Message> messages(JsonNode asked) throws MalformedRowException {
    JsonNode list = asked.isArray() && asked.size() == 1 && asked.path(0).isTextual() ? asked.path(0) : asked;
    if (list.isTextual()) {
      list = chat(list.textValue());
    }
    List<Message> read = new ArrayList<>();
    if (!list.isArray()) {
      return read;
    }
    if (list.size() > 1 && list.path(0).isTextual()) {
      throw new MalformedRowException("has %d prompts in one request: a line must have one".formatted(list.size()));
    }
    for (JsonNode message : list) {
      if (!message.path("role").isTextual()) {
        throw new MalformedRowException("has a list of messages with one that has no role");
      }
      read.add(new Message(message.path("role").textValue(), content(message.path("content"))));
    }
    return read;
  }

  /// A text that is a JSON list of messages; nothing if it is any other text.
  private static JsonNode chat(String text) {
    if (!text.startsWith("[{") && !text.startsWith("[ {")) {
      return MissingNode.getInstance();
    }
    try {
      JsonNode list = RecordJson.parseForeign(text.getBytes(StandardCharsets.UTF_8), "prompt");
      return list.isArray() && list.path(0).has("role") && list.path(0).has("content")
          ? list
          : MissingNode.getInstance();
    } catch (BadDataException _) {
      return MissingNode.getInstance(); // a prompt that only begins like one
    }
  }

  /// The text of a message: text, or parts that are all texts.
  private static String content(JsonNode content) throws MalformedRowException {
    if (content.isTextual()) {
      return content.textValue();
    }
    if (!content.isArray() || content.isEmpty()) {
      throw new MalformedRowException("has a list of messages with one that has no text");
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      if (!part.path("text").isTextual()) {
        throw new MalformedRowException("has a message with a part that is no text");
      }
      text.append(part.path("text").textValue());
    }
    return text.toString();
  }

  /// What tells chats apart until a template writes them.
  private static String written(List<Message> messages) {
    return messages.stream().map(message -> message.role() + ": " + message.content())
        .collect(Collectors.joining("\n"));
  }
}

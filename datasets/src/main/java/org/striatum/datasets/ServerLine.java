package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.striatum.datasets.ForeignRollouts.Asked;
import org.striatum.probe.model.TokenSequence;

/// What a server or vLLM answered to one prompt: `outputs[]` or OpenAI's `choices[]`, with a text or a `message` each.
///
/// @param list `outputs` or `choices`
record ServerLine(JsonNode fields, String list, ForeignPrompt prompt) implements ForeignLine {
  /// Reasons for the end of a text, as servers name them: OpenAI's, vLLM's, text-generation-inference's, Anthropic's, Google's.
  private static final Set<String> ENDED = Set.of("stop", "eos", "eos_token", "stop_sequence", "end_turn", "STOP");
  private static final Set<String> CUT_OFF = Set.of("length", "max_tokens", "MAX_TOKENS", "model_length");

  static ServerLine of(JsonNode line) throws MalformedRowException {
    refuseTools(line);
    return new ServerLine(line, line.has("outputs") ? "outputs" : "choices", ForeignPrompt.ofServer(line));
  }

  /// Tools and calls of them stand in the prompt, and no template of this program is given any: only its tokens could tell.
  private static void refuseTools(JsonNode line) throws MalformedRowException {
    boolean calls = !line.path("tools").isEmpty() || !line.path("functions").isEmpty();
    for (JsonNode message : line.path("messages")) {
      calls |= !message.path("tool_calls").isEmpty() || !message.path("function_call").isEmpty();
    }
    boolean tokens = !line.path("prompt_token_ids").isEmpty();
    for (JsonNode output : line.path("outputs").isEmpty() ? line.path("choices") : line.path("outputs")) {
      tokens |= !output.path("prompt_token_ids").isEmpty();
    }
    if (calls && !tokens) {
      throw new MalformedRowException("asks with tools, and does not carry the tokens of its prompt");
    }
  }

  @Override
  public String format() {
    return list.equals("outputs")
        ? "vllm"
        : prompt.asked() instanceof Asked.Chat ? "openai-chat-completions" : "openai-completions";
  }

  @Override
  public List<Text> texts() throws MalformedRowException {
    List<Text> texts = new ArrayList<>();
    for (JsonNode output : fields.path(list)) {
      JsonNode message = output.path("message");
      JsonNode text = output.has("text") ? output.path("text") : message.path("content");
      Optional<String> thought = thought(message);
      if (!text.isTextual() && (thought.isEmpty() || !text.isNull())) {
        throw new MalformedRowException("has an element of '" + list + "' without a text");
      }
      texts.add(new Text(text.asText(""), thought, finished(output.path("finish_reason")), texts.size(),
          tokens(output)));
    }
    return ForeignLine.some(texts, list);
  }

  /// What a server with a reasoning parser takes out of the text.
  private static Optional<String> thought(JsonNode message) {
    return Stream.of("reasoning_content", "reasoning").map(message::path).filter(JsonNode::isTextual)
        .map(JsonNode::textValue).filter(thought -> !thought.isBlank()).findFirst();
  }

  /// Whether the model ended a text itself, by the reason that the file gives; empty if it gives none, or one that does
  /// not tell (a filter, a call of a tool, an interruption).
  private static Optional<Boolean> finished(JsonNode reason) {
    return ENDED.contains(reason.asText())
        ? Optional.of(true)
        : CUT_OFF.contains(reason.asText()) ? Optional.of(false) : Optional.empty();
  }

  /// The tokens of prompt and completion; of the prompt alone where the line has it as tokens and the completion as text;
  /// empty where it lacks those of the prompt.
  private Optional<TokenSequence> tokens(JsonNode output) throws MalformedRowException {
    Optional<TokenSequence> asked = prompt.tokens();
    if (asked.isEmpty()) {
      JsonNode ids = (output.has("prompt_token_ids") ? output : fields).path("prompt_token_ids");
      if (!ids.isArray() || ids.isEmpty() || !output.path("token_ids").isArray()) {
        return Optional.empty();
      }
      asked = Optional.of(TokenSequence.prompt(ForeignPrompt.ids(ids)));
    }
    return output.path("token_ids").isArray()
        ? Optional.of(asked.get().followedBy(ForeignPrompt.ids(output.path("token_ids"))))
        : asked;
  }

  @Override
  public JsonNode scored(Text text) {
    return fields.path(list).path(text.choice());
  }

  @Override
  public boolean hasOneScore() {
    return false;
  }
}

package org.striatum.hooks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.hooks.chat.ChatTemplate;
import org.striatum.hooks.chat.ChatTemplates;
import org.striatum.hooks.chat.ThinkingMarkers;
import org.striatum.hooks.text.SpecialTokenPolicy;
import org.striatum.hooks.text.SpecialTokenPolicy.Source;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.run.UsageException;

/// What becomes of text in a checkpoint's hands, for a reader who wants to know why a prompt has the tokens it has.
final class TextPolicy {
  private TextPolicy() {}

  static Map<String, Object> of(Tokenizer tokenizer, ChatTemplates templates, EndOfSequence end, int embeddings) {
    Map<String, Object> policy = new LinkedHashMap<>();
    SpecialTokenPolicy special = tokenizer.policy();
    policy.put("vocabulary", tokenizer.file().getFileName().toString());
    policy.put("special tokens", Detail.Around.of(special));
    if (!special.after().isEmpty()) {
      policy.put("special tokens after a prompt", "left out: the prompt is continued");
    }
    if (!special.remarks().isEmpty()) {
      policy.put("remarks", String.join(". ", special.remarks()));
    }
    if (tokenizer.vocabulary() > embeddings) {
      policy.put("tokens beyond the embedding", new Detail.BeyondEmbedding(embeddings, tokenizer.vocabulary() - 1));
    }
    policy.put("end of sequence", end);
    policy.put("padding", "right, never attended to, dropped");
    chat(policy, tokenizer, templates, end);
    return policy;
  }

  private static void chat(Map<String, Object> policy, Tokenizer tokenizer, ChatTemplates templates,
      EndOfSequence end) {
    if (templates.isEmpty()) {
      policy.put("chat template", "none");
      return;
    }
    try {
      ChatTemplate template = templates.byDefault(tokenizer.named()).orElseThrow();
      policy.put("chat template", "'%s' by %s, SHA-256 %s".formatted(template.name(), template.origin(),
          template.checksum()));
      template.refusal().ifPresent(refused -> policy.put("the template refuses a question", refused.getMessage()));
      List<String> others = templates.names().stream().filter(name -> !name.equals(template.name())).toList();
      if (!others.isEmpty()) {
        policy.put("other chat templates", String.join(", ", others));
      }
      Optional<SpecialToken> turn = template.endOfTurn(tokenizer, Map.of());
      policy.put("end of turn", new Detail.EndOfTurn(turn.orElse(null),
          turn.isPresent() && end.ids().contains(turn.get().id())));
      policy.put("thinking", template.thinking().map(ThinkingMarkers::toString).orElse("no markers in the template"));
      if (template.asksForTheDate()) {
        policy.put("date", "the template asks for it: prompts may differ from day to day");
      }
    } catch (UsageException refused) {
      policy.put("chat template", "refused: " + refused.getMessage());
    }
    if (!templates.overruled().isEmpty()) {
      policy.put("overruled chat templates",
          templates.overruled().stream().map(Source::toString).collect(Collectors.joining("; ")));
    }
  }
}

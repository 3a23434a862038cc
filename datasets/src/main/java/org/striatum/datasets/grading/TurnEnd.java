package org.striatum.datasets.grading;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a completion ends though its text goes on: at the first special token with which a chat format ends a turn or a text, as
/// decoded texts hold it. What stands behind it is run on.
final class TurnEnd {
  /// Of ChatML, Llama 2 and 3, Mistral, Gemma, Phi, GPT-2, DeepSeek, Command R, Zephyr.
  private static final Pattern MARKER = Pattern.compile(
      "<\\|(?:im_start|im_end|im_sep|endoftext|end_of_text|begin_of_text|eot_id|eom_id|end|start_header_id|user|assistant|system"
          + "|end_of_turn|START_OF_TURN_TOKEN|END_OF_TURN_TOKEN|END_OF_RESPONSE|eot|eos)\\|>|</s>|<(?:end|start)_of_turn>|<eos>"
          + "|<EOS_TOKEN>|<\uFF5C(?:end▁of▁sentence|begin▁of▁sentence|User|Assistant)\uFF5C>|\\[/?INST]");
  /// What may stand before an answer: the beginning of a text and of the model's own turn.
  private static final Pattern HEADER = Pattern.compile(
      "\\s{0,20}+(?:<\\|begin_of_text\\|>|<s>|<bos>|<\uFF5Cbegin▁of▁sentence\uFF5C>)?\\s{0,20}+(?:<\\|im_start\\|>\\s?assistant\\b|<\\|start_header_id\\|>\\s?assistant"
          + "\\s?<\\|end_header_id\\|>|<start_of_turn>model\\b|<\\|assistant\\|>|<\uFF5CAssistant\uFF5C>|\\[/INST])?");

  private TurnEnd() {}

  /// Where the answer begins: behind the header of the model's own turn, if the text has one.
  static int begin(String completion) {
    Matcher header = HEADER.matcher(completion);
    return header.lookingAt() && !header.group().isBlank() ? header.end() : 0;
  }

  /// A completion without what is run on.
  ///
  /// @param kept markers of a thought, which end nothing
  static String cut(String completion, String... kept) {
    Matcher marker = MARKER.matcher(completion);
    for (int at = opening(completion, begin(completion)); at < completion.length(); at = opening(completion, at)) {
      if (!marker.region(at, completion.length()).lookingAt()) {
        at++;
      } else if (Arrays.asList(kept).contains(marker.group())) {
        at = marker.end();
      } else {
        return completion.substring(0, at);
      }
    }
    return completion;
  }

  /// Where the next bracket stands that a marker may begin with; the text's end if there is none. Most texts have none, and are long.
  private static int opening(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) != '<' && text.charAt(at) != '[') {
      at++;
    }
    return at;
  }
}

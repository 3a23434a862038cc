package org.striatum.datasets.grading;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Completions of gpt-oss, whose messages name a channel: `<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…`.
/// Only what stands in the last final channel is an answer. (OpenAI, harmony response format.)
final class HarmonyText {
  private static final String CHANNEL = "<|channel|>";
  private static final String END = "<|end|>";
  /// What stands between a thought's end and the answer.
  static final String ANSWER = "<|start|>assistant<|channel|>final<|message|>";
  private static final Pattern FINAL = Pattern
      .compile("<\\|channel\\|>\\s*final\\s*(?:<\\|constrain\\|>[^<]*)?<\\|message\\|>");
  private static final Pattern ENDS = Pattern.compile("<\\|(?:end|return|call|start|channel)\\|>");

  /// A text whose special tokens were left out, as servers do unless they are told not to: `analysis…assistantfinal…`.
  private static final Pattern BARE = Pattern.compile("^(?:analysis|commentary)");
  private static final Pattern BARE_FINAL = Pattern.compile("assistantfinal");

  private HarmonyText() {}

  /// Whether thoughts are marked as this format does.
  static boolean isMarkedBy(String open) {
    return open.startsWith(CHANNEL);
  }

  /// The text of the last final channel; the whole text where it names no channel, because the prompt has done so; empty if the
  /// completion was cut off before its final channel.
  ///
  /// @param opened whether the prompt has begun a thought
  static Optional<String> answer(String completion, boolean opened) {
    if (isBare(completion)) {
      OptionalInt end = bareEnd(completion);
      return end.isPresent() ? Optional.of(completion.substring(end.getAsInt())) : Optional.empty();
    }
    OptionalInt begin = answerBegin(completion);
    if (begin.isEmpty() && (opened || completion.contains(CHANNEL))) {
      return Optional.empty();
    }
    String text = completion.substring(begin.orElse(0));
    Matcher end = ENDS.matcher(text);
    return Optional.of(end.find() ? text.substring(0, end.start()) : text);
  }

  private static boolean isBare(String completion) {
    return !completion.contains(CHANNEL) && BARE.matcher(completion).find();
  }

  private static OptionalInt bareEnd(String completion) {
    return lastEnd(BARE_FINAL, completion);
  }

  /// Where the last marker of an end before the final channel ends; empty if there is none.
  static OptionalInt thoughtEnd(String completion) {
    if (isBare(completion)) {
      return bareEnd(completion);
    }
    Matcher last = FINAL.matcher(completion);
    int begin = -1;
    while (last.find()) {
      begin = last.start();
    }
    int end = begin < 0 ? -1 : completion.lastIndexOf(END, begin);
    return end < 0 ? OptionalInt.empty() : OptionalInt.of(end + END.length());
  }

  private static OptionalInt answerBegin(String completion) {
    return lastEnd(FINAL, completion);
  }

  private static OptionalInt lastEnd(Pattern marker, String completion) {
    Matcher matcher = marker.matcher(completion);
    OptionalInt begin = OptionalInt.empty();
    while (matcher.find()) {
      begin = OptionalInt.of(matcher.end());
    }
    return begin;
  }
}

package org.striatum.cli.console;

import java.util.Set;
import java.util.stream.Collectors;
import org.striatum.datasets.MalformedTableException;
import org.striatum.datasets.MissingSettingException;
import org.striatum.datasets.Need;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.hooks.checkpoint.AdapterBaseException;
import org.striatum.hooks.onnx.TooLittleMemoryException;
import org.striatum.studies.run.FinishedStudyException;

/// The options that help after a refusal; messages of the library name no options.
final class Remedies {
  private Remedies() {}

  /// A failure's message with what to do about it.
  static String explained(String message, Throwable failure) {
    if (failure instanceof FinishedStudyException finished) {
      return message + ": use another folder"
          + (finished.step().contains("/") ? ", another name (--name where there is one)" : "")
          + ", or remove it by `striatum forget RUN " + finished.step() + "`";
    }
    if (failure instanceof AdapterBaseException) {
      return message + ": give it with --base DIR";
    }
    if (failure instanceof TooLittleMemoryException) {
      return message + ": give --memory low to a new run, whose figures then differ in their last digits";
    }
    Set<Need> needs = switch (failure) {
      case MissingSettingException missing -> Set.of(missing.need());
      case MalformedTableException malformed -> malformed.needs();
      default -> Set.of();
    };
    return needs.isEmpty()
        ? message
        : message + ": " + needs.stream().sorted().map(Remedies::option).collect(Collectors.joining(", or "));
  }

  private static String option(Need need) {
    return switch (need) {
      case GRADER -> "give --grader (" + AnswerGrader.listed() + ")";
      case GRADER_AT_IMPORT -> "import it again with --grader (" + AnswerGrader.listed() + ")";
      case COLUMNS -> "name the columns with --columns prompt=…,answer=…";
      case REFERENCE_COLUMN -> "name the column of reference answers with --reference";
      case CHAT_TEMPLATE ->
        "give one with --chat --chat-template FILE; problems that are no messages can be asked without --chat";
    };
  }
}

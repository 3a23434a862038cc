package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A document for which lm-evaluation-harness compared given answers by their likelihood: `resps[i][0] = [log p, greedy]`. The
/// completion is the likeliest of them, behind its own prompt.
///
/// @param best place of the likeliest
record LikelihoodLine(JsonNode fields, int best) implements ForeignLine {
  /// @param graded whether a grader will judge: it compares answers to one question only
  /// @throws MalformedRowException if there is no choice, or no likelihood
  static LikelihoodLine of(JsonNode line, boolean graded) throws MalformedRowException {
    int given = line.path("resps").size();
    if (given < 2) {
      throw new MalformedRowException("has the likelihood of one given answer, which is no choice and no completion");
    }
    int best = -1;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < given; i++) {
      double value = likelihood(line, i);
      if (value > greatest) {
        greatest = value;
        best = i;
      }
    }
    if (best < 0) {
      throw new MalformedRowException("has no likelihood that is a number");
    }
    for (int i = 0; graded && i < given; i++) {
      if (!HarnessLine.context(line, i).equals(HarnessLine.context(line, best))) {
        throw new MalformedRowException(
            "has likelihoods behind different prompts, which no grader can compare: only its own score tells");
      }
    }
    return new LikelihoodLine(line, best);
  }

  @Override
  public String format() {
    return HARNESS + ", likelihoods";
  }

  @Override
  public ForeignPrompt prompt() throws MalformedRowException {
    return ForeignPrompt.of(HarnessLine.context(fields, best));
  }

  @Override
  public List<Text> texts() throws MalformedRowException {
    return List.of(new Text(given(best), Optional.of(true), best));
  }

  /// The i-th given answer.
  private String given(int i) throws MalformedRowException {
    JsonNode text = HarnessLine.argument(fields, i, 1);
    if (!text.isTextual()) {
      throw new MalformedRowException("has likelihoods and not the answers they are of");
    }
    return text.textValue();
  }

  private static double likelihood(JsonNode line, int i) {
    JsonNode likelihood = line.path("resps").path(i).path(0).path(0);
    return likelihood.isTextual() ? number(likelihood.textValue()) : likelihood.asDouble(Double.NaN);
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException _) {
      return Double.NaN;
    }
  }

  /// The right one of the given answers; what the line has where it names none.
  @Override
  public String reference(String target) throws MalformedRowException {
    Optional<Integer> named = named(target);
    return named.isPresent() ? given(named.get()).strip() : target;
  }

  /// Which of the given answers a target names, by its place or its text; empty where it names none, or several that read
  /// alike. Where place and text name two, the line's own accuracy may tell which is meant: that of the likeliest.
  private Optional<Integer> named(String target) throws MalformedRowException {
    int given = fields.path("resps").size();
    List<Integer> byText = new ArrayList<>();
    for (int i = 0; i < given; i++) {
      if (!target.isBlank() && given(i).strip().equals(target.strip())) {
        byText.add(i);
      }
    }
    boolean place = target.matches("\\d{1,3}") && Integer.parseInt(target) < given;
    if (!place) {
      return byText.size() == 1 ? Optional.of(byText.getFirst()) : Optional.empty();
    }
    int byPlace = Integer.parseInt(target);
    if (byText.isEmpty() || byText.contains(byPlace)) {
      return Optional.of(byPlace);
    }
    int other = byText.getFirst();
    JsonNode accuracy = fields.path("acc");
    if (byText.size() > 1 || !FileScore.isScore(accuracy) || (byPlace == best) == (other == best)) {
      throw new MalformedRowException(
          "has a target that is the place of one given answer and the text of another, '" + target + "'");
    }
    boolean right = FileScore.value(accuracy) == 1;
    return Optional.of(right == (byPlace == best) ? byPlace : other);
  }

  @Override
  public String apart() {
    return fields.path("arguments").toString();
  }

  /// The score of a choice must say whether the likeliest answer is the target, where the target names one.
  @Override
  public Optional<String> contradicted(String target, double score) throws MalformedRowException {
    Optional<Integer> named = named(target);
    if (named.isEmpty()) {
      return Optional.empty();
    }
    boolean likeliest = named.get() == best;
    boolean tie = !likeliest && likelihood(fields, named.get()) == likelihood(fields, best);
    return tie || likeliest == (score == 1)
        ? Optional.empty()
        : Optional.of("score %.0f, and the target is %s likeliest answer".formatted(score,
            likeliest ? "the" : "not the"));
  }
}

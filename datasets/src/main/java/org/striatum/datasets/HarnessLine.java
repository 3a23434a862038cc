package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.striatum.datasets.grading.Reading;
import org.striatum.probe.model.Sampling;

/// A document that lm-evaluation-harness let a model answer: `arguments`, `resps[0][…]`, one score for the line.
record HarnessLine(JsonNode fields) implements ForeignLine {
  @Override
  public String format() {
    return HARNESS;
  }

  @Override
  public ForeignPrompt prompt() throws MalformedRowException {
    return ForeignPrompt.of(context(fields, 0));
  }

  /// What the i-th request stands behind: `arguments.gen_args_i.arg_0`, or `arguments[i][0]` in files of older versions.
  static JsonNode context(JsonNode line, int i) {
    return argument(line, i, 0);
  }

  /// The place-th argument of the i-th request.
  static JsonNode argument(JsonNode line, int i, int place) {
    JsonNode arguments = line.path("arguments");
    return arguments.isArray()
        ? arguments.path(i).path(place)
        : arguments.path("gen_args_" + i).path("arg_" + place);
  }

  @Override
  public List<Text> texts() throws MalformedRowException {
    List<Text> texts = new ArrayList<>();
    List<String> until = until();
    for (JsonNode response : fields.path("resps").path(0)) {
      if (!response.isTextual()) {
        throw new MalformedRowException("has a response that is no text");
      }
      String text = ended(response.textValue(), until);
      // a text that a stop ended is finished; of others the harness does not say
      texts.add(new Text(text, text.equals(response.textValue()) ? Optional.empty() : Optional.of(true),
          texts.size()));
    }
    return ForeignLine.some(texts, "resps");
  }

  /// Up to the first stop behind the thought: a model that went on thinking behind such a text was not stopped there.
  private static String ended(String response, List<String> until) {
    int answer = Reading.USUAL.thoughtEnd(response).orElse(0);
    return response.substring(0, answer) + Sampling.cut(response.substring(answer), until);
  }

  /// Texts at which the harness ends a response.
  private List<String> until() {
    JsonNode until = argument(fields, 0, 1).path("until");
    List<String> texts = new ArrayList<>();
    for (JsonNode text : until.isTextual() ? List.of(until) : until) {
      if (text.isTextual() && !text.textValue().isEmpty()) {
        texts.add(text.textValue());
      }
    }
    return texts;
  }
}

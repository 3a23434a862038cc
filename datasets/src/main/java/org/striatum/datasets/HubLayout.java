package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.datasets.Columns.Choices;
import org.striatum.datasets.grading.AnswerGrader;

/// Tables in the hub's layouts, recognised by their columns. Prompts are those of lm-evaluation-harness without examples
/// (zero-shot).
public enum HubLayout implements ProblemLayout {
  /// ARC: `id`, `question`, `choices {text, label}`, `answerKey` (arXiv 1803.05457).
  ARC(AnswerGrader.CHOICE, "Question: {prompt}\nAnswer:", "question, choices, answerKey", "\n\n") {
    @Override
    public Question question(JsonNode row, Counting counting) throws MalformedRowException {
      return choice(Columns.optional(row, "id"), row, "answerKey", counting);
    }

    @Override
    public Optional<ChoiceColumns> choiceColumns() {
      return Optional.of(new ChoiceColumns("choices", "answerKey"));
    }
  },
  /// MMLU: `question`, `choices`, `answer` (an index, from 0), `subject` (arXiv 2009.03300).
  MMLU(AnswerGrader.CHOICE, "{prompt}\nAnswer:", "question, choices, answer", "\n\n") {
    @Override
    public Question question(JsonNode row, Counting counting) throws MalformedRowException {
      return choice(Optional.empty(), row, "answer", counting);
    }

    @Override
    public Optional<ChoiceColumns> choiceColumns() {
      return Optional.of(new ChoiceColumns("choices", "answer"));
    }

    @Override
    public Counting counting() {
      return Counting.FROM_ZERO;
    }
  },
  /// GSM8K: `question`, `answer`, a solution that ends in `#### 42` (arXiv 2110.14168).
  GSM8K(AnswerGrader.NUMBER, "Question: {prompt}\nAnswer:", "question, answer", "Question:") {
    @Override
    public Question question(JsonNode row, Counting counting) throws MalformedRowException {
      String solution = Columns.text(row, "answer");
      int mark = solution.lastIndexOf("####");
      if (mark < 0) {
        throw new MalformedRowException("has no #### before the number in its 'answer'");
      }
      return new Question(Optional.empty(), Columns.text(row, "question"), solution,
          solution.substring(mark + "####".length()).strip());
    }
  },
  /// MATH and MATH-500: `problem`, `solution` with a box, `answer` and `unique_id` if it has them (arXiv 2103.03874).
  MATH(AnswerGrader.MATH, "Problem:\n{prompt}\n\nSolution:", "problem, solution", "Problem:") {
    @Override
    public Question question(JsonNode row, Counting counting) throws MalformedRowException {
      String solution = Columns.text(row, "solution");
      String answer = Columns.optional(row, "answer").or(() -> AnswerGrader.boxed(solution))
          .orElseThrow(() -> new MalformedRowException("has neither an 'answer' nor a box in its 'solution'"));
      return new Question(Columns.optional(row, "unique_id"), Columns.text(row, "problem"), solution, answer);
    }
  };

  private final AnswerGrader grader;
  private final String template;
  /// As listed in an error.
  private final String columns;

  /// What the model goes on to when it has answered: lm-evaluation-harness, `until` of the tasks.
  private final String stop;

  HubLayout(AnswerGrader grader, String template, String columns, String stop) {
    this.grader = grader;
    this.template = template;
    this.columns = columns;
    this.stop = stop;
  }

  @Override
  public List<String> stops() {
    return List.of(stop);
  }

  /// What a model goes on to when it has answered prompts that somebody else wrote in the form of a layout, behind examples or
  /// not: the next question's first word. None where a prompt has another form.
  public static List<String> nextQuestion(Collection<String> prompts) {
    return Arrays.stream(values()).filter(layout -> layout.template.startsWith(layout.stop))
        .filter(layout -> prompts.stream().allMatch(layout::wrote)).findFirst().map(HubLayout::stops)
        .orElse(List.of());
  }

  private boolean wrote(String prompt) {
    int place = template.indexOf(ProblemSource.PLACE);
    return prompt.startsWith(template.substring(0, place))
        && prompt.endsWith(template.substring(place + ProblemSource.PLACE.length()));
  }

  /// The layout whose columns a row has; the first in order if several match. Answers without a mark are not GSM8K's.
  static Optional<HubLayout> recognised(JsonNode row) {
    return Arrays.stream(values()).filter(layout -> Arrays.stream(layout.columns.split(", ")).allMatch(row::has))
        .filter(layout -> layout != GSM8K || row.path("answer").asText().contains("####")).findFirst();
  }

  /// All layouts, for an error.
  static String listed() {
    return Arrays.stream(values()).map(layout -> layout.printed() + " (" + layout.columns + ")")
        .collect(Collectors.joining(", "));
  }

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Optional<AnswerGrader> grader() {
    return Optional.of(grader);
  }

  @Override
  public String template() {
    return template;
  }

  private static Question choice(Optional<String> id, JsonNode row, String answerColumn, Counting counting)
      throws MalformedRowException {
    Choices choices = Choices.of(row, "choices");
    String letter = choices.letter(row, answerColumn, counting);
    return new Question(id, choices.under(Columns.text(row, "question")), letter, letter);
  }
}

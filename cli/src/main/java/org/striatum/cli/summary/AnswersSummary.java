package org.striatum.cli.summary;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.cli.console.Console;
import org.striatum.studies.answer.Answer;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;

/// Every question with its answer, as lines of text.
///
/// @param console where they go
public record AnswersSummary(Console console) {
  public void print(Answers answers) {
    console.say("");
    console.say("Answers, " + answers.checkpoint().checkpoint());
    if (answers.plan() != null) {
      console.say(answers.plan().printed());
      answers.plan().deviations().forEach(one -> console.say("  " + one.printed()));
    }
    for (Answer answer : answers.checkpoint().answers()) {
      console.say(answer.question().text() + " " + answer.brief());
      for (Finding finding : answer.findings()) {
        console.say("  " + finding.printed());
      }
    }
    if (!answers.beside().isEmpty()) {
      List<StudyAnswers> all = Stream.concat(Stream.of(answers.checkpoint()), answers.beside().stream()).toList();
      console.say("");
      console.say(
          "Are the answers the same for other checkpoints? One answer per question and checkpoint; where cases differ, how many have which");
      for (Question question : Question.values()) {
        console.say(question.text());
        console.say("  " + all.stream().map(one -> one.checkpoint() + ": " + one.to(question).brief())
            .collect(Collectors.joining("; ")));
      }
    }
  }
}

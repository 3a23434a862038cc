package org.striatum.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// Word problems in GSM8K's layout, and models that answer them: some right, some wrong.
///
/// The name in a question tells a model which it is. Numbers of questions are words, so that digits stand in answers only.
final class PenProblems {
  private static final List<String> NAMES = List.of("Ada", "Ben", "Cara", "Dan", "Eva", "Finn", "Gina", "Hugo", "Ida",
      "Jack", "Kate", "Leo", "Mia", "Nils", "Olga", "Paul", "Quinn", "Rosa", "Sam", "Tina", "Uma", "Vera", "Will",
      "Xenia", "Yuri", "Zara", "Anna", "Bert", "Clara", "Dora", "Emil", "Frida", "Gus", "Hilda", "Igor", "Jana", "Karl",
      "Lena", "Mona", "Nora");
  private static final List<String> OTHERS = List.of("Amir", "Bella", "Carlos", "Dina");
  private static final List<String> WORDS = List.of("zero", "one", "two", "three", "four", "five", "six", "seven",
      "eight", "nine", "ten", "eleven", "twelve");
  /// What a model says of its own accord, in a question or a thought of its own.
  static final int OWN = 99;
  private static final double PREFERRED = 12;
  private static final double MOST = 4;

  private PenProblems() {}

  /// One problem.
  ///
  /// @param leaning logit of the right answer against the wrong one
  /// @param wrong what else a model says
  record Pens(String name, String question, int answer, int wrong, double leaning) {
    String solution() {
      return name + " has " + answer + " pens.\n#### " + answer;
    }
  }

  /// The test split: sums of two numbers, leanings spread over the names.
  static List<Pens> test(int count) {
    return IntStream.range(0, count).mapToObj(i -> {
      int red = 2 + i % 7;
      int blue = 2 + i % 5;
      return pens(NAMES.get(i), red, blue, red + blue, red + blue + 1, MOST * ((i * 7) % 20 - 9.5) / 9.5);
    }).toList();
  }

  /// Problems with the answer 99.
  static List<Pens> large(int count) {
    return IntStream.range(0, count).mapToObj(i -> pens(NAMES.get(NAMES.size() - 1 - i), 2 + i, 7, OWN, 9 + i, 0))
        .toList();
  }

  /// The train split: other names, and answers that no problem of the test split has.
  static List<Pens> train() {
    return IntStream.range(0, OTHERS.size())
        .mapToObj(i -> pens(OTHERS.get(i), 5 + i, 12, 70 + i, 71 + i, 0)).toList();
  }

  private static Pens pens(String name, int red, int blue, int answer, int wrong, double leaning) {
    return new Pens(name, "%s has %s red pens and %s blue pens. How many pens does %s have?".formatted(name,
        WORDS.get(red), WORDS.get(blue), name), answer, wrong, leaning);
  }

  static Path write(Path file, List<Pens> problems) {
    ObjectMapper json = new ObjectMapper();
    try {
      Files.createDirectories(file.getParent());
      List<String> lines = new ArrayList<>();
      for (Pens one : problems) {
        lines.add(json.writeValueAsString(
            json.createObjectNode().put("question", one.question()).put("answer", one.solution())));
      }
      return Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What all models know.
  private static WrittenModel knowing(List<Pens> problems) {
    WrittenModel model = new WrittenModel();
    for (Pens one : problems) {
      model.knowing(List.of(one.question(), "Question: " + one.question() + "\nAnswer: " + one.solution()));
    }
    return model.knowing(train().stream().map(one -> one.question() + "\nAnswer: " + one.solution()).toList());
  }

  /// A chat model that answers in two forms: `#### 7` or `Answer: 7`.
  static WrittenModel instruct(List<Pens> problems) {
    WrittenModel model = knowing(problems).saying("\nThe numbers add up.\n#### ")
        .saying("\nThe pens are counted. Answer: ");
    for (Pens one : problems) {
      answers(model, one, WrittenModel.END_OF_TURN);
      key(model, one, Map.of());
    }
    return model;
  }

  /// A model of texts that goes on with a question of its own, and answers it by 99.
  static WrittenModel base(List<Pens> problems) {
    WrittenModel model = knowing(problems).saying("Answer: The numbers add up.\n#### ")
        .saying("\n\nQuestion: Zoe knows.\n#### " + OWN + "\n\n");
    Set<Integer> numbers = new TreeSet<>(Set.of(OWN));
    for (Pens one : problems) {
      answers(model, one, "\n\n");
      key(model, one, Map.of(" The", PREFERRED));
      numbers.addAll(List.of(one.answer(), one.wrong()));
    }
    numbers.forEach(number -> model.key(Integer.toString(number), 2, 0,
        Map.of(" Zoe", PREFERRED, Integer.toString(OWN), 2 * PREFERRED)));
    return model;
  }

  /// A model that thinks first. Those with the answer 99 write it in their thoughts, which never end.
  static WrittenModel thinking(List<Pens> problems) {
    WrittenModel model = knowing(problems)
        .saying("\n<think>Let me see.</think>\n\nThe numbers add up.\n#### ")
        .saying(" see (" + OWN + ") hmm hmm.</think>");
    for (Pens one : problems) {
      answers(model, one, WrittenModel.END_OF_TURN);
      key(model, one,
          one.answer() == OWN ? Map.of(" (", PREFERRED, " hmm", PREFERRED) : Map.of(".", PREFERRED));
    }
    return model;
  }

  private static void key(WrittenModel model, Pens one, Map<String, Double> more) {
    Map<String, Double> preferences = new HashMap<>(more);
    preferences.put(Integer.toString(one.wrong()), PREFERRED);
    preferences.put(Integer.toString(one.answer()), PREFERRED + one.leaning());
    model.key(" " + one.name(), 1, one.leaning() / MOST, preferences);
  }

  private static void answers(WrittenModel model, Pens one, String behind) {
    for (int number : new int[]{one.answer(), one.wrong()}) {
      model.saying(" " + number + behind);
    }
  }
}

package org.striatum.cli.summary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.cli.console.Console;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.run.Progress;
import org.striatum.studies.about.AboutResults;
import org.striatum.studies.about.AboutResults.AboutNeuron;
import org.striatum.studies.about.AboutResults.OutputToken;
import org.striatum.studies.about.AboutResults.TokenInContext;

class AboutSummaryTest {
  private static AboutNeuron neuron(String dataset, int layer, int coordinate) {
    TokenInContext token = new TokenInContext("1+1=", 0, 3, true, 2.5, "1+1", "=\n", "2");
    OutputToken raised = new OutputToken(7, "x\u001b[31m", 0.5);
    return new AboutNeuron(dataset, new NeuronId(HookPoint.residPost(layer), coordinate), null, List.of(token, token),
        List.of(token), List.of(raised), List.of(raised));
  }

  private static String printed(AboutResults results) {
    StringWriter out = new StringWriter();
    new StudySummaries(new Console(new PrintWriter(out), new PrintWriter(new StringWriter()), Progress.NONE))
        .print(results);
    return out.toString();
  }

  /// A study of hundreds of neurons with ten tokens each: one line per data set and hook point, whatever tokens hold.
  @Test
  void oneLineForEachHookPoint() {
    List<AboutNeuron> neurons = IntStream.range(0, 120)
        .mapToObj(i -> neuron(i % 2 == 0 ? "add" : "mul", i / 2 % 3, i)).toList();
    String text = printed(new AboutResults(neurons, "norm", List.of("a note")));
    assertThat(text.lines()).hasSize(2 + 2 * 3 + 1).last().isEqualTo("note: a note");
    assertThat(text).contains("120 neurons").doesNotContain("\u001b");
  }

  @Test
  void withoutNeuronsOnlyItsNotes() {
    assertThat(printed(new AboutResults(List.of(), null, List.of("no states"))).lines())
        .containsExactly("note: no states");
  }
}

package org.striatum.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.stats.Verdict;
import org.striatum.reports.run.ExampleRun;
import org.striatum.studies.answer.Answer.Finding;

class VisibleTextTest {
  @Test
  void showsWhatWouldActUnseen() {
    assertThat(VisibleText.of("a\u202eb\u0000\ud800c\u2028\n\td\u007f")).isEqualTo("a⟨U+202E⟩b␀\ufffdc⟨U+2028⟩\n\td␡");
    assertThat(VisibleText.of("שלום 😀 👩‍👩‍👧 é")).isEqualTo("שלום 😀 👩‍👩‍👧 é");
    assertThat(VisibleText.token("\n")).isEqualTo("↵\n");
    assertThat(VisibleText.token("")).isEqualTo("∅");
    assertThat(VisibleText.brief("one\ntwo", 10)).isEqualTo("one↵two");
    assertThat(VisibleText.brief("😀😀😀😀", 3)).isEqualTo("😀😀…");
  }

  @Test
  void aRecordKeepsItsFiguresAndItsOrdinaryNames() {
    ValueNeuronResults results = ExampleRun.content().results().values();
    assertThat(VisibleText.names(results, ValueNeuronResults.class)).isEqualTo(results);
  }

  /// The figures behind an answer are shown whole; a name is not.
  @Test
  void anAnswerIsShownWhole() {
    Finding finding = new Finding("n".repeat(400), Verdict.NO, "f".repeat(900), null);
    Finding shown = VisibleText.names(finding, Finding.class);
    assertThat(shown.because()).isEqualTo(finding.because());
    assertThat(shown.of()).hasSize(300).endsWith("…");
  }

  @Property
  void nothingInvisibleIsLeft(@ForAll String text) {
    String shown = VisibleText.of(text);
    assertThat(shown.codePoints()).noneMatch(c -> (Character.isISOControl(c) && c != '\n' && c != '\t')
        || Character.getType(c) == Character.SURROGATE || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069));
    assertThat(VisibleText.of(shown)).isEqualTo(shown);
  }

  @Property
  void briefIsBrief(@ForAll String text, @ForAll @IntRange(min = 1, max = 40) int limit) {
    String brief = VisibleText.brief(text, limit);
    assertThat(brief.codePointCount(0, brief.length())).isLessThanOrEqualTo(limit);
    assertThat(brief).doesNotContain("\n");
  }
}

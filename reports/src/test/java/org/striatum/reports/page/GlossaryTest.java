package org.striatum.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.striatum.reports.mnist.ExampleMnist;
import org.striatum.reports.mnist.MnistReport;
import org.striatum.reports.page.Glossary.Term;
import org.striatum.reports.run.ExampleRun;
import org.striatum.reports.run.RunReport;

class GlossaryTest {
  @Test
  void aPageExplainsTheWordsThatStandInItAndNoOthers() {
    assertThat(Glossary.in("<p>AUROC by <b class=\"δ\">pruning</b>, RMS-matched</p>")).extracting(Term::name)
        .containsExactly("AUROC", "RMS-matched");
    assertThat(Glossary.in("<p>AUROCish, subgate, qq</p>")).isEmpty();
  }

  @Test
  void everyWordIsDefinedOnceAndUsedSomewhere() {
    List<Term> terms = Glossary.all();
    assertThat(terms).extracting(Term::id).doesNotHaveDuplicates().allMatch(id -> id.matches("term-[a-z0-9-]+"));
    assertThat(terms.stream().flatMap(term -> term.forms().stream())).doesNotHaveDuplicates()
        .noneMatch(form -> form.contains("|"));
    Set<Term> used = new HashSet<>(
        Glossary.in(body(RunReport.render(ExampleRun.content()))));
    used.addAll(Glossary.in(body(MnistReport.render(ExampleMnist.whole(), "{}"))));
    assertThat(used).containsExactlyInAnyOrderElementsOf(terms);
  }

  private static String body(String page) {
    return page.substring(page.indexOf("<main>"), page.indexOf("<section id=\"glossary\""));
  }
}

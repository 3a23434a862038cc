package org.striatum.hooks.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The page on models lists what the registry has, no more and no less.
class FamilyTableTest {
  private static final Path PAGE = Path.of("../docs/models.md");

  @Test
  void thePageHoldsTheTableOfTheRegistry() throws Exception {
    String page = Files.readString(PAGE);
    int from = page.indexOf("| `model_type` |");
    assertThat(from).as("the table begins").isNotNegative();
    String table = page.substring(from, page.indexOf("\n\n", from) + 1);
    assertThat(table).as("copy the expected table into %s", PAGE).isEqualTo(Family.table());
  }
}

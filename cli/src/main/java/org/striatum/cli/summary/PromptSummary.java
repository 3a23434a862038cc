package org.striatum.cli.summary;

import java.util.List;
import org.striatum.cli.console.Console;
import org.striatum.studies.rollouts.RolloutStep.Preview;

/// What would be sent, as lines of text: it is looked at before it costs anything.
///
/// @param console where they go
public record PromptSummary(Console console) {
  private static final int SHOWN = 4000;

  public void print(List<Preview> previews) {
    for (Preview preview : previews) {
      console.print(preview.printed());
      console.print(shortened(preview.problem().prompt()));
      console.print("");
    }
  }

  private static String shortened(String prompt) {
    return prompt.length() <= SHOWN
        ? prompt
        : prompt.substring(0, SHOWN / 2) + "\n[… " + (prompt.length() - SHOWN) + " characters …]\n"
            + prompt.substring(prompt.length() - SHOWN / 2);
  }
}

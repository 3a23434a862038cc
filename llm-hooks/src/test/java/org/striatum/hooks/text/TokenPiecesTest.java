package org.striatum.hooks.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On a tokenizer of single bytes: `é` is the two tokens 0 and 1, `€` the three 2, 3 and 4.
class TokenPiecesTest {
  private static final String BYTES = """
      {"model": {"type": "BPE", "vocab": {"Ã": 0, "©": 1, "â": 2, "Ĥ": 3, "¬": 4, "a": 5, "b": 6}, "merges": []},
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
       "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}}
      """;

  @TempDir
  private Path folder;

  private List<String> pieces(int... tokens) throws Exception {
    Files.writeString(folder.resolve("tokenizer.json"), BYTES);
    try (Tokenizer tokenizer = Tokenizer.open(folder, 7)) {
      List<String> pieces = TokenPieces.of(tokenizer, tokens);
      assertThat(pieces).hasSize(tokens.length);
      assertThat(String.join("", pieces)).isEqualTo(tokenizer.decode(tokens));
      return pieces;
    }
  }

  @Test
  void aTokenOfItsOwnTextIsThatText() throws Exception {
    assertThat(pieces(5, 6, 5)).containsExactly("a", "b", "a");
    assertThat(pieces()).isEmpty();
  }

  @Test
  void aCharacterOfSeveralTokensBelongsToItsLast() throws Exception {
    assertThat(pieces(5, 0, 1, 6)).containsExactly("a", "", "é", "b");
    assertThat(pieces(2, 3, 4, 0, 1)).containsExactly("", "", "€", "", "é");
  }

  @Test
  void aCharacterThatIsCutOffBelongsToTheLastToken() throws Exception {
    assertThat(pieces(5, 2, 3).getFirst()).isEqualTo("a");
    assertThat(pieces(5, 2, 3).get(1)).isEmpty();
  }
}

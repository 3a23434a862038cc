package org.striatum.studies.directions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;

/// Directions as files, of ours and of others.
class DirectionFileTest {
  @TempDir
  private Path folder;

  private Path written(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path file = folder.resolve("d.safetensors");
    DirectionFile.write(file, List.of(new Direction(HookPoint.residPost(1), new float[]{1, -2}),
        new Direction(HookPoint.EMBED, new float[]{0, 3})));
    assertThat(DirectionFile.read(file)).containsOnlyKeys(HookPoint.EMBED, HookPoint.residPost(1));
    assertThat(DirectionFile.read(file).get(HookPoint.residPost(1)).vector()).containsExactly(1, -2);
    assertThat(DirectionFile.read(written("one.json", "{\"hook\": \"hook_embed\", \"vector\": [1.5, 0]}"))
        .get(HookPoint.EMBED).vector()).containsExactly(1.5f, 0);
    assertThat(DirectionFile.read(written("two.json",
        "[{\"hook\": \"hook_embed\", \"vector\": [1]}, {\"hook\": \"blocks.0.hook_resid_pre\", \"vector\": [2]}]")))
        .hasSize(2);
  }

  @Test
  void refusesWhatIsNoDirection() throws IOException {
    for (String text : List.of("{}", "[]", "[null]", "{\"hook\": \"blocks.0.resid\", \"vector\": [1]}",
        "{\"hook\": \"hook_embed\", \"vector\": []}", "{\"hook\": \"hook_embed\", \"vector\": [0, 0]}",
        "{\"hook\": \"hook_embed\", \"vector\": \"1\"}",
        "[{\"hook\": \"hook_embed\", \"vector\": [1]}, {\"hook\": \"hook_embed\", \"vector\": [2]}]")) {
      Path file = written("bad.json", text);
      assertThatThrownBy(() -> DirectionFile.read(file)).as(text).isInstanceOf(BadDataException.class);
    }
    Path none = folder.resolve("none.json");
    assertThatThrownBy(() -> DirectionFile.read(none)).isInstanceOf(BadDataException.class);
  }
}

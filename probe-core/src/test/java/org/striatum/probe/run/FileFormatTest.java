package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileFormatTest {
  private static final FileFormat FORMAT = new FileFormat("weather", 3);

  @TempDir
  Path folder;

  record Weather(double degrees, String sky, float[] wind) {}

  @Test
  void theVersionStandsFirstAndTheRecordComesBack() throws IOException {
    Path file = folder.resolve("weather.json");
    RecordJson.write(file, FORMAT, new Weather(Double.NaN, "grey", new float[]{0.1f, Float.POSITIVE_INFINITY}));
    assertThat(Files.readString(file)).startsWith("{\n  \"format\" : 3,\n  \"degrees\" : null,\n").contains("0.1,")
        .contains("\"Infinity\"");
    Weather read = RecordJson.read(file, FORMAT, Weather.class);
    assertThat(read.degrees()).isNaN();
    assertThat(read.wind()).containsExactly(0.1f, Float.POSITIVE_INFINITY);
  }

  @Test
  void aFileOfALaterAnEarlierOrNoFormatIsRefusedByItsVersion() throws IOException {
    refused("{\"format\": 4, \"degrees\": 1}", true, "expected format 3, found 4");
    refused("{\"format\": 2, \"degrees\": 1}", false, "expected format 3, found 2");
    refused("{\"degrees\": 1, \"format\": 3}", false, "expected format 3, found none");
    refused("[3]", false, "expected format 3, found none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"3\"", "3.0", "true", "null", "99999999999", "1e0"})
  void aFormatThatIsNoWholeNumberIsNamedAsItIs(String format) throws IOException {
    Path file = Files.writeString(folder.resolve("weather.json"), "{\"format\": " + format + ", \"degrees\": 1}");
    assertThatExceptionOfType(BadDataException.class)
        .isThrownBy(() -> RecordJson.read(file, FORMAT, Weather.class)).withMessageContaining("found " + format)
        .isNotInstanceOf(OtherFormatException.class);
  }

  @Test
  void textThatIsNoJsonIsDamageNotAnotherFormat() throws IOException {
    Path file = Files.writeString(folder.resolve("weather.json"), "{\"for");
    assertThatExceptionOfType(BadDataException.class)
        .isThrownBy(() -> RecordJson.read(file, FORMAT, Weather.class)).isNotInstanceOf(OtherFormatException.class);
  }

  private void refused(String content, boolean later, String words) throws IOException {
    Path file = Files.writeString(folder.resolve("weather.json"), content);
    assertThatExceptionOfType(OtherFormatException.class)
        .isThrownBy(() -> RecordJson.read(file, FORMAT, Weather.class)).withMessageContaining(words)
        .withMessageContaining("weather.json").matches(refused -> refused.isOfALaterVersion() == later);
  }
}

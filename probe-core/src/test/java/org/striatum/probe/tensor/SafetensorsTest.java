package org.striatum.probe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

class SafetensorsTest {
  @TempDir
  Path folder;

  /// Written by the reference implementation, `safetensors.numpy.save({"a": float32 [[1, 2], [3, 4]], "b": int64 [7]},
  /// metadata={"k": "v"})`, safetensors 0.8.0; the
  /// space at its end pads the header to a multiple of 8 bytes.
  private static final String REFERENCE = """
      {"__metadata__":{"k":"v"},"b":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},\
      "a":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]}}\s""";

  @Test
  void readsTheReferenceLayout() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(7).putFloat(1).putFloat(2)
        .putFloat(3).putFloat(4);
    try (SafetensorsFile file = SafetensorsFile.open(file(REFERENCE, data.array()))) {
      assertThat(file.metadata()).containsExactly(Map.entry("k", "v"));
      assertThat(file.tensors().keySet()).containsExactly("b", "a");
      assertThat(file.tensor("a"))
          .isEqualTo(new TensorInfo("a", DType.F32, List.of(2L, 2L), 8 + REFERENCE.length() + 8, 16));
      assertThat(file.tensor("a").elements()).isEqualTo(4);
      assertThat(file.floats("a")).containsExactly(1, 2, 3, 4);
      assertThat(file.ints("b")).containsExactly(7);
      assertThat(file.data("b").byteSize()).isEqualTo(8);
      assertThat(file.data("b").isReadOnly()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      {                                                                                  | the text ends in the middle
      []                                                                                 | must start with '{'
      {"a":1}                                                                            | must be an object
      {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} {}                          | found more after it
      {"a":{"dtype":"F32","shape":[1]}}                                                  | must have a dtype, a shape
      {"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}                               | must have a dtype, a shape
      {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}                           | at most 2 numbers
      {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}                             | must begin before it ends
      {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}                           | must be a whole number
      {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}                            | found -1
      {"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}                           | must be a whole number
      {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}          | a number is too large
      {"a":{"dtype":"F32","shape":[999999999999999999999],"data_offsets":[0,4]}}         | number is too long
      {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}         | smaller than 2^63 bytes
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}                             | must have 8 bytes
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                             | it is cut off
      {"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{"dtype":"F32"}}          | 'a' is given twice
      {"a":{"dtype":"F32","dtype":"F32"}}                                                | 'dtype' is given twice
      {"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}} | overlap
      {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}} | a gap
      {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}                              | must fill it to byte
      {"__metadata__":{"k":1}}                                                           | must be a text
      {"a":{"x":[[[[[[[[1]]]]]]]]}}                                                      | nested too deep
      """)
  void refusesABrokenHeaderInOneLine(String header, String why) throws IOException {
    assertRefused(file(header, new byte[4]), why, "download it again");
  }

  @Test
  void refusesAnUnknownElementTypeListingTheKnown() throws IOException {
    assertRefused(file("{\"a\":{\"dtype\":\"F3_E1M1\",\"shape\":[4],\"data_offsets\":[0,4]}}", new byte[4]),
        "'a' has unknown element type 'F3_E1M1', the types read are [F64, F32", "convert it");
  }

  @Test
  void keepsControlCharactersOfAHostileNameOutOfTheMessage() throws IOException {
    assertRefused(file("{\"a\\n\\u001b[2J\\u202eb\":{}}", new byte[0]), "tensor 'a��[2J�b' must have",
        "download it again");
  }

  @Test
  void refusesAHeaderThatIsNoUtf8() throws IOException {
    Path file = folder.resolve("latin.safetensors");
    Files.write(file, new byte[]{6, 0, 0, 0, 0, 0, 0, 0, '{', '"', (byte) 0xff, '"', ':', '1'});
    assertRefused(file, "not valid UTF-8", "download it again");
  }

  @Test
  void refusesAShapeOfTooManyDimensions() throws IOException {
    String shape = IntStream.range(0, 33).mapToObj(_ -> "1").collect(Collectors.joining(","));
    assertRefused(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + shape + "],\"data_offsets\":[0,4]}}", new byte[4]),
        "at most 32 numbers", "download it again");
  }

  @Test
  void refusesTooLongANameBeforeTakingMemoryForIt() throws IOException {
    assertRefused(file("{\"" + "a".repeat(5000) + "\":{}}", new byte[0]), "name or number is too long",
        "download it again");
  }

  @Test
  @Tag("slow")
  void refusesTooManyTensors() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i <= 1_000_000; i++) {
      header.append(i == 0 ? "" : ",").append('"').append(i)
          .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
    }
    assertRefused(file(header.append('}').toString(), new byte[0]), "at most 1000000 entries", "download it again");
  }

  @ParameterizedTest
  @CsvSource({"-9223372036854775808, 9223372036854775808", "-1, 18446744073709551615", "100000001, 100000001"})
  void refusesAnAbsurdHeaderLengthBeforeTakingMemoryForIt(long length, String printed) throws IOException {
    Path file = folder.resolve("absurd.safetensors");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
      sparse.setLength(200_000_000);
    }
    assertRefused(file, "at most 100000000 bytes, found " + printed, "download it again");
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    byte[] whole = Files.readAllBytes(file(REFERENCE, new byte[24]));
    for (int length = 0; length < whole.length; length++) {
      Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> SafetensorsFile.open(cut)).isInstanceOf(BadDataException.class)
          .hasMessageStartingWith(cut + ": ").hasMessageEndingWith("download it again");
    }
  }

  @Test
  void refusesWhatIsNoFile() {
    assertThatThrownBy(() -> SafetensorsFile.open(folder)).isInstanceOf(BadDataException.class)
        .hasMessage(folder + " is no file: check the path");
  }

  @Test
  void survivesEverySingleByteOfNoise() throws IOException {
    byte[] whole = Files.readAllBytes(file(REFERENCE, new byte[24]));
    for (int at = 0; at < 8 + REFERENCE.length(); at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] noisy = whole.clone();
        noisy[at] ^= (byte) (1 << bit);
        Path file = Files.write(folder.resolve("noisy.safetensors"), noisy);
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
          // A changed name is still a valid file: what matters is that its bounds hold.
          opened.tensors().values()
              .forEach(t -> assertThat(opened.data(t.name()).byteSize()).isEqualTo(t.byteLength()));
        } catch (BadDataException e) {
          assertThat(e).hasMessageStartingWith(file + ": ").message().doesNotContain("\n");
        }
      }
    }
  }

  @Test
  void namesWhatExistsWhenATensorIsAbsentOrOfAnotherType() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(file(REFERENCE, new byte[24]))) {
      assertThatThrownBy(() -> file.tensor("c")).isInstanceOf(IllegalArgumentException.class)
          .hasMessage(file.path() + " has no tensor 'c', it holds 2: b, a");
      assertThatThrownBy(() -> file.floats("b")).hasMessageContaining("must be F32, F16, BF16 or F64, found I64");
      assertThatThrownBy(() -> file.ints("a")).hasMessageContaining("must be I32 or I64, found F32");
    }
  }

  @Test
  void refusesIntegersBeyond32Bits() throws IOException {
    byte[] data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 31).array();
    try (SafetensorsFile file = SafetensorsFile.open(file(REFERENCE, data))) {
      assertThatThrownBy(() -> file.ints("b")).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("found 2147483648 at 0");
    }
  }

  @Test
  void readsBeyondTwoGigabytes() throws IOException {
    long elements = (1L << 31) + 5;
    String header = "{\"big\":{\"dtype\":\"BF16\",\"shape\":[" + elements + "],\"data_offsets\":[0," + elements * 2
        + "]}}";
    Path path = file(header, new byte[0]);
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.setLength(8 + header.length() + elements * 2);
      sparse.seek(sparse.length() - 1);
      // The upper byte of the brain float 2.0.
      sparse.write(0x40);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      float[] last = new float[2];
      file.floats("big", elements - 2, last, 0, 2);
      assertThat(last).containsExactly(0, 2);
      assertThatThrownBy(() -> file.floats("big")).hasMessageContaining("fewer than 2^31 elements");
    }
  }

  @Property(tries = 60)
  void whatIsWrittenIsRead(@ForAll @Size(max = 40) float[] floats, @ForAll @Size(max = 40) int[] ints,
      @ForAll @Size(max = 40) byte[] bytes, @ForAll @Size(max = 3) Map<String, String> metadata) throws IOException {
    Path target = Files.createTempDirectory("safetensors").resolve("t.safetensors");
    List<Declared> declared = List.of(new Declared("u8 \"\n😀", DType.U8, List.of((long) bytes.length)),
        new Declared("i32", DType.I32, List.of((long) ints.length)), new Declared("i64", DType.I64,
            List.of((long) ints.length, 1L)),
        new Declared("f32", DType.F32, List.of((long) floats.length)),
        new Declared("f64", DType.F64, List.of((long) floats.length)),
        new Declared("f16", DType.F16, List.of((long) floats.length)),
        new Declared("bf16", DType.BF16, List.of((long) floats.length)), new Declared("scalar", DType.F32, List.of()));
    Map<String, String> plain = metadata.entrySet().stream()
        .collect(Collectors.toMap(e -> encodable(e.getKey()), e -> encodable(e.getValue()), (a, _) -> a));
    try (SafetensorsWriter writer = new SafetensorsWriter(target, declared, plain)) {
      int half = floats.length / 2;
      for (String name : List.of("f32", "f64", "f16", "bf16")) {
        writer.append(name, floats, 0, half);
      }
      for (String name : List.of("bf16", "f16", "f64", "f32")) {
        writer.append(name, floats, half, floats.length - half);
      }
      writer.append("i32", ints, 0, ints.length);
      writer.append("i64", ints, 0, ints.length);
      writer.append("u8 \"\n😀", MemorySegment.ofArray(bytes));
      writer.append("scalar", new float[]{2.5f}, 0, 1);
    }
    try (SafetensorsFile file = SafetensorsFile.open(target)) {
      assertThat(file.tensors().keySet()).containsExactlyElementsOf(declared.stream().map(Declared::name).toList());
      assertThat(file.metadata()).isEqualTo(plain);
      assertThat(file.floats("f32")).containsExactly(floats);
      assertThat(file.floats("f64")).containsExactly(floats);
      assertThat(file.floats("scalar")).containsExactly(2.5f);
      assertThat(file.ints("i32")).containsExactly(ints);
      assertThat(file.ints("i64")).containsExactly(ints);
      assertThat(file.data("u8 \"\n😀").toArray(ValueLayout.JAVA_BYTE)).containsExactly(bytes);
      float[] halves = file.floats("f16");
      float[] brains = file.floats("bf16");
      for (int i = 0; i < floats.length; i++) {
        assertThat(halves[i]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(floats[i])));
        // Half a unit in the last of 8 significand bits, or the step to infinity above the largest.
        assertThat(
            Math.abs((double) brains[i] - floats[i]) <= Math.abs(floats[i]) / 256.0 || Float.isInfinite(brains[i]))
            .isTrue();
      }
    }
    Files.delete(target);
    Files.delete(target.getParent());
  }

  @ParameterizedTest
  @CsvSource({"1.0, 1.0", "1.00390625, 1.0", "1.01171875, 1.015625", "NaN, NaN", "Infinity, Infinity",
      "3.4028235e38, Infinity", "-0.0, -0.0"})
  void roundsBrainFloatsToNearestEven(float value, float expected) throws IOException {
    Path target = folder.resolve("b.safetensors");
    try (SafetensorsWriter writer = new SafetensorsWriter(target, List.of(new Declared("x", DType.BF16, List.of(1L))),
        Map.of())) {
      writer.append("x", new float[]{value}, 0, 1);
    }
    try (SafetensorsFile file = SafetensorsFile.open(target)) {
      assertThat(file.floats("x")).containsExactly(expected);
    }
  }

  @Test
  void anUnfilledTensorLeavesNothing() throws IOException {
    Path target = folder.resolve("partial.safetensors");
    SafetensorsWriter writer = new SafetensorsWriter(target, List.of(new Declared("x", DType.F32, List.of(3L))),
        Map.of());
    writer.append("x", new float[2], 0, 2);
    assertThat(target).doesNotExist();
    assertThatThrownBy(() -> writer.append("x", new float[2], 0, 2)).hasMessageContaining("room for 1 more");
    assertThatThrownBy(() -> writer.append("x", new int[1], 0, 1)).hasMessageContaining("declared F32");
    assertThatThrownBy(() -> writer.append("y", new int[1], 0, 1)).hasMessageContaining("was not declared");
    assertThatThrownBy(writer::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("8 were written");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesRepeatedNames() {
    Declared x = new Declared("x", DType.F32, List.of(1L));
    assertThatThrownBy(() -> new SafetensorsWriter(folder.resolve("x"), List.of(x, x), Map.of()))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("distinct");
    assertThat(folder).isEmptyDirectory();
  }

  private void assertRefused(Path file, String why, String remedy) {
    assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(file + ": ").hasMessageContaining(why).hasMessageContaining(remedy).message()
        .doesNotContain("\n").doesNotContain("(" + file);
  }

  private Path file(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length).put(json).put(data);
    return Files.write(folder.resolve("test.safetensors"), bytes.array());
  }

  /// Text as UTF-8 can hold it: jqwik also makes lone surrogates, which it cannot.
  private static String encodable(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}

package org.striatum.probe.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.JsonProblem;

/// A mapped safetensors file: 8 bytes of header length, a JSON header, then the tensors' bytes without gaps.
///
/// Opening reads the header only and believes none of it: every length, count, shape and offset is checked against the
/// file's own size before memory is taken. Tensors are read from the map, so files over 2 GB work and nothing is copied
/// but what is asked for. Safe for concurrent reading; whoever opens it closes it, after which no slice may be touched.
/// (Format: the safetensors repository, README, "Format". Like its reference reader, this one refuses gaps.)
public final class SafetensorsFile implements TensorFile {
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final String METADATA = "__metadata__";

  /// The format's own limit on its header.
  private static final long MAX_HEADER = 100_000_000;
  private static final int MAX_TENSORS = 1_000_000;
  private static final int MAX_RANK = 32;
  private static final JsonFactory HEADER = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      // A tensor's name is used once: interning a million of them costs more than it saves.
      .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).maxNumberLength(20)
          .maxNameLength(4096).maxStringLength(16 << 20).build())
      .build();

  private final MappedFile file;
  private final SequencedMap<String, TensorInfo> tensors;
  private final Map<String, String> metadata;

  private SafetensorsFile(MappedFile file, Header header) {
    this.file = file;
    this.tensors = Collections.unmodifiableSequencedMap(header.tensors);
    this.metadata = Collections.unmodifiableMap(header.metadata);
  }

  /// Maps the file and reads its header.
  ///
  /// @throws BadDataException if it is missing or malformed, naming the file, what is wrong and what to do
  public static SafetensorsFile open(Path file) throws IOException {
    return MappedFile.open(file, mapped -> new SafetensorsFile(mapped, Header.read(file, mapped.bytes())));
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public SequencedMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public MemorySegment bytes() {
    return file.bytes();
  }

  /// The header's free text, empty if there is none.
  public Map<String, String> metadata() {
    return metadata;
  }

  /// An F32 tensor of a known shape, row-major.
  ///
  /// @throws BadDataException if there is no such tensor, or it is of another type or shape, naming both
  public float[] f32(String name, List<Long> shape) throws BadDataException {
    TensorInfo found = tensors.get(name);
    if (found == null) {
      throw new BadDataException(path() + " has no tensor '" + name + "'");
    }
    if (found.dtype() != DType.F32 || !found.shape().equals(shape)) {
      throw new BadDataException(path() + ": " + name + " must have shape " + shape + " of F32, found " + found.shape()
          + " of " + found.dtype());
    }
    return floats(name);
  }

  /// An integer tensor, row-major.
  ///
  /// @throws IllegalArgumentException if there is no such tensor, it holds no I32 or I64, a value exceeds an int, or it
  ///     does not fit an array
  public int[] ints(String name) {
    int[] values = new int[tensor(name).arrayLength(path())];
    ints(name, 0, values, 0, values.length);
    return values;
  }

  /// Copies `count` elements of an integer tensor, from its element `first` on, to `into` from `offset` on.
  ///
  /// @throws IllegalArgumentException if there is no such tensor, it holds no I32 or I64, or a value exceeds an int
  /// @throws IndexOutOfBoundsException if the tensor or the array has no such elements
  public void ints(String name, long first, int[] into, int offset, int count) {
    TensorInfo tensor = tensor(name);
    MemorySegment data = data(name);
    switch (tensor.dtype()) {
      case I32 -> MemorySegment.copy(data, INT, first * Integer.BYTES, into, offset, count);
      case I64 -> {
        for (int i = 0; i < count; i++) {
          long value = data.get(LONG, (first + i) * Long.BYTES);
          if (value != (int) value) {
            throw new IllegalArgumentException("tensor '" + name + "' of " + path()
                + " must hold values of 32 bits, found " + value + " at " + (first + i));
          }
          into[offset + i] = (int) value;
        }
      }
      default -> throw tensor.wrongType(path(), "I32 or I64");
    }
  }

  @Override
  public void close() {
    file.close();
  }

  /// The parsed header, every number in it checked.
  private record Header(SequencedMap<String, TensorInfo> tensors, Map<String, String> metadata) {
    static Header read(Path file, MemorySegment bytes) throws BadDataException {
      if (bytes.byteSize() < Long.BYTES) {
        throw damaged(file, "a safetensors file has at least 8 bytes, found " + bytes.byteSize());
      }
      long length = bytes.get(LONG, 0);
      if (length < 0 || length > MAX_HEADER) {
        throw damaged(file, "its header must have at most " + MAX_HEADER + " bytes, found "
            + Long.toUnsignedString(length) + " announced");
      }
      if (length > bytes.byteSize() - Long.BYTES) {
        throw damaged(file,
            "its header is cut off: " + length + " bytes announced, " + (bytes.byteSize() - Long.BYTES) + " left");
      }
      byte[] json = bytes.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
      if (length == 0 || json[0] != '{') {
        throw damaged(file, "its header must start with '{'");
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      List<TensorInfo> tensors = new ArrayList<>();
      try (JsonParser parser = HEADER.createParser(json)) {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          require(file, parser, parser.nextToken(), JsonToken.START_OBJECT, "'" + name + "'");
          if (name.equals(METADATA)) {
            readMetadata(file, parser, metadata);
          } else {
            tensors.add(readTensor(file, parser, name, Long.BYTES + length, bytes.byteSize()));
          }
          if (tensors.size() > MAX_TENSORS || metadata.size() > MAX_TENSORS) {
            throw damaged(file, "its header must have at most " + MAX_TENSORS + " entries, found more");
          }
        }
        if (parser.nextToken() != null) {
          throw damaged(file, "its header must be one JSON object, found more after it");
        }
      } catch (BadDataException e) {
        throw e;
      } catch (JsonProcessingException e) {
        throw new BadDataException(sentence(file, "its header cannot be read: " + JsonProblem.said(e)), e);
      } catch (IOException e) {
        throw new BadDataException(sentence(file, "its header is no valid UTF-8 (" + e.getMessage() + ")"), e);
      }
      return new Header(inOrder(file, tensors, Long.BYTES + length, bytes.byteSize()), metadata);
    }

    private static void readMetadata(Path file, JsonParser parser, Map<String, String> metadata) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        require(file, parser, parser.nextToken(), JsonToken.VALUE_STRING, "metadata '" + key + "'");
        metadata.put(key, parser.getText());
        if (metadata.size() > MAX_TENSORS) {
          return;
        }
      }
    }

    private static TensorInfo readTensor(Path file, JsonParser parser, String name, long dataStart, long fileSize)
        throws IOException {
      String what = "tensor '" + name + "'";
      DType dtype = null;
      List<Long> shape = null;
      List<Long> range = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (field) {
          case "dtype" -> {
            require(file, parser, value, JsonToken.VALUE_STRING, what + ": dtype");
            try {
              dtype = DType.parse(parser.getText());
            } catch (IllegalArgumentException e) {
              throw new BadDataException(file + ": " + what + " has " + e.getMessage() + ": convert it to one of them",
                  e);
            }
          }
          case "shape" -> shape = readNumbers(file, parser, value, what + ": shape", MAX_RANK);
          case "data_offsets" -> range = readNumbers(file, parser, value, what + ": data_offsets", 2);
          default -> parser.skipChildren();
        }
      }
      if (dtype == null || shape == null || range == null || range.size() != 2) {
        throw damaged(file, what + " must have a dtype, a shape and two data_offsets");
      }
      long begin = range.get(0);
      long end = range.get(1);
      if (begin > end) {
        throw damaged(file, what + " must begin before it ends, found data_offsets " + range);
      }
      if (end > fileSize - dataStart) {
        throw damaged(file, "it is cut off: " + what + " ends at byte " + end + " of " + (fileSize - dataStart));
      }
      long expected;
      try {
        expected = TensorInfo.byteLength(dtype, shape);
      } catch (IllegalArgumentException e) {
        throw new BadDataException(sentence(file, what + ": " + e.getMessage()), e);
      }
      if (end - begin != expected) {
        throw damaged(file,
            what + " must have " + expected + " bytes (" + dtype + " " + shape + "), found " + (end - begin));
      }
      return new TensorInfo(name, dtype, shape, dataStart + begin, expected);
    }

    private static List<Long> readNumbers(Path file, JsonParser parser, JsonToken start, String what, int limit)
        throws IOException {
      require(file, parser, start, JsonToken.START_ARRAY, what);
      List<Long> numbers = new ArrayList<>();
      for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
        require(file, parser, token, JsonToken.VALUE_NUMBER_INT, what);
        long number = parser.getLongValue();
        if (number < 0 || numbers.size() == limit) {
          throw damaged(file, what + " must be at most " + limit + " numbers ≥ 0, found "
              + (number < 0 ? Long.toString(number) : "more"));
        }
        numbers.add(number);
      }
      return numbers;
    }

    /// The tensors by their bytes, which must cover the rest of the file once.
    private static SequencedMap<String, TensorInfo> inOrder(Path file, List<TensorInfo> tensors, long dataStart,
        long fileSize) throws BadDataException {
      tensors.sort(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::byteLength));
      SequencedMap<String, TensorInfo> byName = new LinkedHashMap<>();
      long end = dataStart;
      for (TensorInfo tensor : tensors) {
        if (tensor.offset() != end) {
          throw damaged(file, "tensor '" + tensor.name() + "' must begin where the one before it ends, at byte " + end
              + ", found " + tensor.offset() + (tensor.offset() < end ? " (they overlap)" : " (a gap)"));
        }
        end += tensor.byteLength();
        byName.put(tensor.name(), tensor);
      }
      if (end != fileSize) {
        throw damaged(file, "its tensors must fill it to byte " + fileSize + ", found their end at " + end);
      }
      return byName;
    }

    private static String said(JsonToken token) {
      return switch (token) {
        case START_OBJECT, END_OBJECT -> "an object";
        case START_ARRAY, END_ARRAY -> "a list";
        case FIELD_NAME -> "a name";
        case VALUE_STRING -> "a text";
        case VALUE_NUMBER_INT -> "a whole number";
        case VALUE_NUMBER_FLOAT -> "a number with a point";
        case VALUE_TRUE, VALUE_FALSE -> "true or false";
        case VALUE_NULL -> "null";
        case null, default -> "nothing";
      };
    }

    private static void require(Path file, JsonParser parser, JsonToken found, JsonToken expected, String what)
        throws IOException {
      if (found != expected) {
        throw damaged(file, what + " must be " + said(expected) + ", found " + said(found) + " at byte "
            + parser.currentTokenLocation().getByteOffset() + " of its header");
      }
    }

    private static BadDataException damaged(Path file, String what) {
      return new BadDataException(sentence(file, what));
    }

    private static String sentence(Path file, String what) {
      return file + ": " + what + ": the file is damaged, download it again";
    }
  }
}

package org.striatum.probe.run;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Records as JSON, the one way everything in a run folder is written and read.
///
/// The same record always gives the same bytes: components in their declared order, maps by key, `\n` at line ends,
/// everything beyond ASCII escaped (so that even half a surrogate pair comes back as it was). JSON knows no NaN: a NaN
/// is written as `null` and read back as NaN, while ±∞ are the strings `"Infinity"` and `"-Infinity"`. A missing or
/// repeated component is refused, an unknown one is skipped, so that files of a later version can be read. Sizes and
/// depth of what is read are bounded.
public final class RecordJson {
  /// What a component added later is where a file was written before: an empty map, null, false. A record says so by
  /// `@JacksonInject` on the component; without it, a missing component is refused.
  public static final String EMPTY_MAP = "an empty map";
  public static final String NOTHING = "nothing";
  /// For further components of one record: each name may be used once in it.
  public static final String NOTHING_2 = "nothing, second component";
  public static final String NOTHING_3 = "nothing, third component";
  public static final String NOTHING_4 = "nothing, fourth component";
  public static final String NO = "no";

  private static final String AGAIN = "restore it, or run again the command that writes it";
  private static final long MAX_FILE = 1L << 30;
  private static final JsonMapper MAPPER = JsonMapper
      .builder(JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).maxNumberLength(64)
              .maxNameLength(1 << 16).maxStringLength(16 << 20).build())
          .build())
      .addModule(new SimpleModule("not-a-number").addSerializer(double.class, new NumberWriter())
          .addSerializer(Double.class, new NumberWriter()).addSerializer(double[].class, new NumberWriter())
          .addSerializer(float.class, new NumberWriter()).addSerializer(Float.class, new NumberWriter())
          .addSerializer(float[].class, new NumberWriter())
          .addDeserializer(double.class, new NumberReader<>(Double.class))
          .addDeserializer(Double.class, new NumberReader<>(Double.class))
          .addDeserializer(double[].class, new NumberReader<>(double[].class))
          .addDeserializer(float.class, new NumberReader<>(Float.class))
          .addDeserializer(Float.class, new NumberReader<>(Float.class))
          .addDeserializer(float[].class, new NumberReader<>(float[].class))
          .setDeserializerModifier(new EitherName()))
      .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
      .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
          DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
      .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
      .injectableValues(new InjectableValues.Std().addValue(EMPTY_MAP, Map.of()).addValue(NOTHING, null)
          .addValue(NOTHING_2, null).addValue(NOTHING_3, null)
          .addValue(NOTHING_4, null).addValue(NO, false))
      .build();
  private static final JsonMapper KEYS = MAPPER.rebuild()
      .addModule(new SimpleModule("java-names").addSerializer(PrintedLater.class, new NameWriter())).build();
  /// As other programs write JSON: NaN and ±Infinity as Python does.
  private static final JsonMapper FOREIGN = MAPPER.rebuild().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final ObjectWriter PRETTY = MAPPER.writer(new DefaultPrettyPrinter()
      .withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private RecordJson() {}

  /// Indented, ending with a newline: for files people open.
  public static byte[] pretty(Object record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      PRETTY.writeValue(bytes, record);
    } catch (IOException e) {
      throw new IllegalArgumentException(record.getClass().getName() + " cannot be written as JSON", e);
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  /// On one line, without a newline.
  public static byte[] compact(Object record) {
    try {
      return MAPPER.writeValueAsBytes(record);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(record.getClass().getName() + " cannot be written as JSON", e);
    }
  }

  /// What the key of a step is computed from: as [#compact(Object)], with the Java name of a [PrintedLater].
  public static byte[] keyed(Object settings) {
    try {
      return KEYS.writeValueAsBytes(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(settings.getClass().getName() + " cannot be written as JSON", e);
    }
  }

  /// Reads one record.
  ///
  /// @param where names the place in an error, e.g. `rollouts.jsonl, line 3`
  /// @throws BadDataException if the bytes are no such record
  public static <T> T parse(byte[] json, Class<T> type, String where) throws BadDataException {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new BadDataException(where + ": expected a " + type.getSimpleName() + ", found null");
      }
      return value;
    } catch (BadDataException e) {
      throw e;
    } catch (IOException e) {
      throw new BadDataException(where + ": " + reason(e), e);
    }
  }

  /// Reads a value that another program wrote: Python's NaN, Infinity and -Infinity are numbers.
  ///
  /// @param where names the place in an error
  /// @throws BadDataException if the bytes are no JSON
  public static JsonNode parseForeign(byte[] json, String where) throws BadDataException {
    try {
      return FOREIGN.readValue(json, JsonNode.class);
    } catch (IOException e) {
      throw new BadDataException(where + ": " + reason(e), e);
    }
  }

  /// Writes a record to a file, indented and atomically.
  public static void write(Path file, Object record) throws IOException {
    AtomicFile.write(file, pretty(record));
  }

  /// Reads a record from a file.
  ///
  /// @throws BadDataException if the file is missing, too large or no such record
  public static <T> T read(Path file, Class<T> type) throws IOException {
    return damagedUnless(file, bytes(file), type, AGAIN);
  }

  private static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadDataException(file + " is missing: run the command that writes it");
    }
    if (Files.size(file) > MAX_FILE) {
      throw new BadDataException(file + ": expected at most " + MAX_FILE + " bytes, found " + Files.size(file));
    }
    return Files.readAllBytes(file);
  }

  private static <T> T damagedUnless(Path file, byte[] json, Class<T> type, String remedy) throws BadDataException {
    try {
      return parse(json, type, file.toString());
    } catch (BadDataException e) {
      throw new BadDataException(e.getMessage() + ": it is damaged or was changed: " + remedy, e);
    }
  }

  /// Writes a record with the version of its format first, indented and atomically.
  public static void write(Path file, FileFormat format, Object record) throws IOException {
    AtomicFile.write(file, pretty(format, record));
  }

  /// As [#write(Path, FileFormat, Object)] writes it.
  public static byte[] pretty(FileFormat format, Object record) {
    return pretty(versioned(format, record));
  }

  /// On one line, the version of its format first, without a newline.
  public static byte[] compact(FileFormat format, Object record) {
    // Not by a tree: rows of token ids are long.
    byte[] alone = compact(record);
    byte[] version = "{\"%s\":%d".formatted(FileFormat.KEY, format.version()).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream row = new ByteArrayOutputStream(version.length + alone.length);
    row.writeBytes(version);
    if (alone.length > 2) { // more than {}
      row.write(',');
    }
    row.write(alone, 1, alone.length - 1);
    return row.toByteArray();
  }

  /// Reads a record of a format from a file.
  ///
  /// @throws OtherFormatException if the file is of another format
  /// @throws BadDataException if the file is missing, too large or no such record
  public static <T> T read(Path file, FileFormat format, Class<T> type) throws IOException {
    return read(file, format, type, AGAIN);
  }

  /// The same of a file that no command simply writes again.
  ///
  /// @param remedy what to do if it is damaged
  public static <T> T read(Path file, FileFormat format, Class<T> type, String remedy) throws IOException {
    byte[] json = bytes(file);
    if (isStructured(json)) { // else no version is to be expected: what it is, the record's parser says
      format.require(formatOf(json, file.toString()), file.toString());
    }
    return damagedUnless(file, json, type, remedy);
  }

  /// Reads one record of a format.
  ///
  /// @param where names the place in an error
  public static <T> T parse(byte[] json, FileFormat format, Class<T> type, String where) throws BadDataException {
    if (isStructured(json)) {
      format.require(formatOf(json, where), where);
    }
    return parse(json, type, where);
  }

  /// A record as a tree with the version of its format first.
  public static ObjectNode versioned(FileFormat format, Object record) {
    ObjectNode versioned = MAPPER.createObjectNode().put(FileFormat.KEY, format.version());
    versioned.setAll((ObjectNode) MAPPER.valueToTree(record));
    return versioned;
  }

  private static boolean isStructured(byte[] json) {
    try (JsonParser parser = MAPPER.createParser(json)) {
      JsonToken first = parser.nextToken();
      return first != null && first.isStructStart();
    } catch (IOException _) {
      return false;
    }
  }

  /// The version that a JSON object begins with; null where it begins with something else.
  private static Integer formatOf(byte[] json, String where) throws BadDataException {
    try (JsonParser parser = MAPPER.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT || !FileFormat.KEY.equals(parser.nextFieldName())) {
        return null;
      }
      if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT || parser.getNumberType() != JsonParser.NumberType.INT) {
        throw new BadDataException("%s: the %s must be a whole number below %d, found %s".formatted(where,
            FileFormat.KEY, Integer.MAX_VALUE, found(parser)));
      }
      return parser.getIntValue();
    } catch (BadDataException e) {
      throw e;
    } catch (IOException e) {
      throw new BadDataException(where + ": " + reason(e), e);
    }
  }

  private static String found(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return token != null && token.isScalarValue()
        ? token == JsonToken.VALUE_STRING ? '"' + parser.getText() + '"' : parser.getText()
        : "none";
  }

  /// A record as a tree.
  public static JsonNode tree(Object record) {
    return MAPPER.valueToTree(record);
  }

  /// A record from a tree.
  public static <T> T fromTree(JsonNode tree, Class<T> type) {
    return MAPPER.convertValue(tree, type);
  }

  private static String reason(IOException e) {
    return e instanceof JsonProcessingException problem ? JsonProblem.said(problem) : String.valueOf(e.getMessage());
  }

  private static final class NameWriter extends StdSerializer<PrintedLater> {
    private static final long serialVersionUID = 1;

    NameWriter() {
      super(PrintedLater.class);
    }

    @Override
    public void serialize(PrintedLater value, JsonGenerator json, SerializerProvider provider) throws IOException {
      json.writeString(((Enum<?>) value).name());
    }
  }

  /// Reads a [PrintedLater] by either of its names.
  private static final class EitherName extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1;

    @Override
    public JsonDeserializer<?> modifyEnumDeserializer(DeserializationConfig config, JavaType type,
        BeanDescription description, JsonDeserializer<?> deserializer) {
      return PrintedLater.class.isAssignableFrom(type.getRawClass()) ? new Reader(type.getRawClass()) : deserializer;
    }

    private static final class Reader extends StdDeserializer<Object> {
      private static final long serialVersionUID = 1;

      Reader(Class<?> type) {
        super(type);
      }

      @Override
      public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
          return context.handleUnexpectedToken(handledType(), parser);
        }
        String name = parser.getText();
        for (Object constant : handledType().getEnumConstants()) {
          if (((PrintedLater) constant).printed().equals(name) || ((Enum<?>) constant).name().equals(name)) {
            return constant;
          }
        }
        return context.handleWeirdStringValue(handledType(), name, "no such name");
      }
    }
  }

  private static final class NumberWriter extends StdSerializer<Object> {
    private static final long serialVersionUID = 1;

    NumberWriter() {
      super(Object.class);
    }

    @Override
    public void serialize(Object value, JsonGenerator json, SerializerProvider provider) throws IOException {
      if (value.getClass().isArray()) {
        json.writeStartArray();
        for (int i = 0; i < Array.getLength(value); i++) {
          serialize(Array.get(value, i), json, provider);
        }
        json.writeEndArray();
        return;
      }
      double number = ((Number) value).doubleValue();
      if (Double.isNaN(number)) {
        json.writeNull();
      } else if (Double.isInfinite(number)) {
        json.writeString(Double.toString(number));
      } else if (value instanceof Float single) {
        json.writeNumber(single);
      } else {
        json.writeNumber(number);
      }
    }
  }

  /// Reads a double, a float or an array of either.
  private static final class NumberReader<T> extends StdDeserializer<T> {
    private static final long serialVersionUID = 1;

    private final Class<T> type;

    NumberReader(Class<T> type) {
      super(type);
      this.type = type;
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      if (!type.isArray()) {
        return type.cast(number(parser, context));
      }
      if (!parser.hasToken(JsonToken.START_ARRAY)) {
        return type.cast(context.handleUnexpectedToken(type, parser));
      }
      List<Object> numbers = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        numbers.add(parser.hasToken(JsonToken.VALUE_NULL) ? nan() : number(parser, context));
      }
      Object array = Array.newInstance(type.componentType(), numbers.size());
      for (int i = 0; i < numbers.size(); i++) {
        Array.set(array, i, numbers.get(i));
      }
      return type.cast(array);
    }

    @Override
    public T getNullValue(DeserializationContext context) {
      return type.isArray() ? null : type.cast(nan());
    }

    private Object number(JsonParser parser, DeserializationContext context) throws IOException {
      JsonToken token = parser.currentToken();
      boolean infinite = token == JsonToken.VALUE_STRING
          && (parser.getText().equals("Infinity") || parser.getText().equals("-Infinity"));
      if (!infinite && !token.isNumeric()) {
        return context.handleUnexpectedToken(type, parser);
      }
      if (single()) {
        return infinite ? (Object) Float.valueOf(parser.getText()) : parser.getFloatValue();
      }
      return infinite ? (Object) Double.valueOf(parser.getText()) : parser.getDoubleValue();
    }

    private Object nan() {
      return single() ? (Object) Float.NaN : Double.NaN;
    }

    private boolean single() {
      return type == Float.class || type == float[].class;
    }
  }
}

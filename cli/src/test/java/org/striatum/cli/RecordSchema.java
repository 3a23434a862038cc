package org.striatum.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.striatum.probe.run.RecordJson;

/// The JSON Schema (2020-12) of a record as [RecordJson] writes it: numbers are numbers, a missing one null; enums list their words;
/// nothing but the components.
final class RecordSchema {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String REAL = "real";

  private final Map<String, ObjectNode> definitions = new TreeMap<>();
  private final Map<Class<?>, String> names = new java.util.HashMap<>();

  private RecordSchema() {}

  /// The schema of a type.
  ///
  /// @param version of the file format that stands in it; null where none does
  static ObjectNode of(String title, JavaType type, Integer version) {
    RecordSchema made = new RecordSchema();
    ObjectNode root = NODES.objectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", title);
    if (version == null) {
      root.setAll(made.schema(type, false));
    } else {
      ObjectNode body = made.object(type);
      ObjectNode format = NODES.objectNode().put("const", version);
      ((ObjectNode) body.get("properties")).set("format", format);
      ((ArrayNode) body.get("required")).insert(0, "format");
      root.setAll(body);
    }
    ObjectNode all = root.putObject("$defs");
    made.definitions.forEach(all::set);
    return root;
  }

  static JavaType list(Class<?> of) {
    return MAPPER.getTypeFactory().constructCollectionType(List.class, of);
  }

  static JavaType type(Class<?> of) {
    return MAPPER.constructType(of);
  }

  private ObjectNode schema(JavaType type, boolean nullable) {
    Class<?> raw = type.getRawClass();
    if (raw == double.class || raw == float.class || raw == Double.class || raw == Float.class) {
      return real();
    }
    if (raw.isPrimitive() || Number.class.isAssignableFrom(raw) || raw == Boolean.class) {
      String name = raw == boolean.class || raw == Boolean.class ? "boolean" : "integer";
      return typed(name, !raw.isPrimitive());
    }
    if (CharSequence.class.isAssignableFrom(raw) || Path.class.isAssignableFrom(raw)) {
      return typed("string", true);
    }
    if (ValueNode.class.isAssignableFrom(raw)) {
      ObjectNode scalar = NODES.objectNode();
      scalar.putArray("type").add("string").add("number").add("boolean").add("null");
      return scalar;
    }
    if (JsonNode.class.isAssignableFrom(raw) || raw == Object.class) {
      return NODES.objectNode(); // whatever a study was told or found
    }
    if (raw.isEnum()) {
      return words(raw);
    }
    if (type.isArrayType() || type.isCollectionLikeType()) {
      ObjectNode array = typed("array", nullable);
      array.set("items", schema(type.getContentType(), true));
      return array;
    }
    if (type.isMapLikeType()) {
      ObjectNode map = typed("object", nullable);
      map.set("additionalProperties", schema(type.getContentType(), true));
      return map;
    }
    return reference(type, nullable);
  }

  private static ObjectNode typed(String name, boolean nullable) {
    ObjectNode node = NODES.objectNode();
    if (nullable) {
      node.putArray("type").add(name).add("null");
    } else {
      node.put("type", name);
    }
    return node;
  }

  private ObjectNode real() {
    definitions.computeIfAbsent(REAL, _ -> {
      ObjectNode real = NODES.objectNode().put("description", "a number; null where it could not be computed");
      ArrayNode any = real.putArray("anyOf");
      any.addObject().putArray("type").add("number").add("null");
      any.addObject().putArray("enum").add("Infinity").add("-Infinity");
      return real;
    });
    return NODES.objectNode().put("$ref", "#/$defs/" + REAL);
  }

  private static ObjectNode words(Class<?> type) {
    ObjectNode node = NODES.objectNode();
    ArrayNode values = node.putArray("enum");
    Arrays.stream(type.getEnumConstants()).forEach(constant -> values.add(written(constant)));
    values.addNull();
    return node;
  }

  private static JsonNode written(Object value) {
    try {
      return MAPPER.readTree(RecordJson.compact(value));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode reference(JavaType type, boolean nullable) {
    BeanDescription bean = MAPPER.getSerializationConfig().introspect(type);
    if (bean.findJsonValueAccessor() != null) {
      return schema(bean.findJsonValueAccessor().getType(), true);
    }
    String name = name(type.getRawClass());
    if (!definitions.containsKey(name)) {
      definitions.put(name, NODES.objectNode()); // records may hold themselves
      definitions.put(name, object(type));
    }
    ObjectNode reference = NODES.objectNode().put("$ref", "#/$defs/" + name);
    if (!nullable) {
      return reference;
    }
    ObjectNode either = NODES.objectNode();
    either.putArray("anyOf").add(reference).add(NODES.objectNode().put("type", "null"));
    return either;
  }

  /// Simple names, longer ones where two types have the same.
  private String name(Class<?> type) {
    return names.computeIfAbsent(type, _ -> names.containsValue(type.getSimpleName())
        ? type.getName().replaceAll(".*\\.", "").replace('$', '.')
        : type.getSimpleName());
  }

  private ObjectNode object(JavaType type) {
    Class<?> raw = type.getRawClass();
    JsonSubTypes named = raw.getAnnotation(JsonSubTypes.class);
    if (named != null) {
      String property = raw.getAnnotation(JsonTypeInfo.class).property();
      ObjectNode any = NODES.objectNode();
      ArrayNode kinds = any.putArray("anyOf");
      for (JsonSubTypes.Type one : named.value()) {
        ObjectNode body = properties(MAPPER.constructType(one.value()));
        ((ObjectNode) body.get("properties")).set(property, NODES.objectNode().put("const", one.name()));
        ((ArrayNode) body.get("required")).insert(0, property);
        kinds.add(body);
      }
      return any;
    }
    if (raw.isInterface() && raw.isSealed()) {
      ObjectNode any = NODES.objectNode();
      ArrayNode kinds = any.putArray("anyOf");
      Arrays.stream(raw.getPermittedSubclasses()).sorted(Comparator.comparing(Class::getName))
          .forEach(one -> kinds.add(schema(MAPPER.constructType(one), false)));
      return any;
    }
    if (!raw.isRecord()) {
      throw new IllegalArgumentException("no schema for " + type);
    }
    return properties(type);
  }

  private ObjectNode properties(JavaType type) {
    ObjectNode body = NODES.objectNode().put("type", "object");
    ObjectNode properties = body.putObject("properties");
    ArrayNode required = body.putArray("required");
    for (BeanPropertyDefinition one : MAPPER.getSerializationConfig().introspect(type).findProperties()) {
      if (one.couldSerialize()) {
        properties.set(one.getName(), schema(one.getAccessor().getType(), true));
        if (one.findInclusion().getValueInclusion() != JsonInclude.Include.NON_NULL) {
          required.add(one.getName());
        }
      }
    }
    body.put("additionalProperties", false);
    return body;
  }
}

package org.striatum.reports.browser;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.striatum.peft.adapter.AdapterTraining;
import org.striatum.peft.mnist.ModeSettings;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.stats.Verdict;
import org.striatum.reports.run.HostileRun;

/// Records of strangers: texts in them try to be something else.
final class Hostile {
  private static final JsonMapper JSON = JsonMapper.builder()
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final Iterator<String> texts = Stream.generate(HostileRun.TEXTS::stream).flatMap(s -> s)
      .iterator();
  private final List<String> kept;

  private Hostile(List<String> kept) {
    this.kept = kept;
  }

  /// A copy in which every text is hostile but for those of the components named, which are more than words.
  static <T extends Record> T copy(T record, Class<T> type, String... kept) {
    return JSON.convertValue(new Hostile(List.of(kept)).hostile("", JSON.valueToTree(record)), type);
  }

  /// What is read as an enum cannot be a stranger's text.
  private static boolean isEnum(String text) {
    return Arrays.stream(AdaptationArm.values()).anyMatch(arm -> arm.printed().equals(text))
        || Arrays.stream(ModeSettings.Preset.values()).anyMatch(preset -> preset.printed().equals(text))
        || Arrays.stream(AdapterTraining.Optimizer.values()).anyMatch(optimizer -> optimizer.printed().equals(text))
        || Arrays.stream(Verdict.values()).anyMatch(verdict -> verdict.printed().equals(text));
  }

  private JsonNode hostile(String component, JsonNode node) {
    return kept.contains(component) ? node : switch (node) {
      case TextNode text -> text.textValue().matches("[A-Z_]+|NaN|-?Infinity|blocks\\..*") || isEnum(text.textValue())
          ? text
          : TextNode.valueOf(texts.next());
      case ObjectNode object -> {
        ObjectNode copy = object.objectNode();
        for (Map.Entry<String, JsonNode> property : object.properties()) {
          copy.set(property.getKey(), hostile(property.getKey(), property.getValue()));
        }
        yield copy;
      }
      case ArrayNode array -> {
        ArrayNode copy = array.arrayNode(array.size());
        array.forEach(element -> copy.add(hostile(component, element)));
        yield copy;
      }
      default -> node;
    };
  }
}

package org.striatum.probe.sparse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// The regression figures of `golden/lasso.json` (origin beside it).
record Golden(JsonNode root, float[] rows, int width, double[] y, double[] outcomes) {
  static Golden read() throws IOException {
    JsonNode root = file("lasso");
    int n = root.get("X").size();
    int d = root.get("X").get(0).size();
    float[] rows = new float[n * d];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) root.get("X").get(i / d).get(i % d).asDouble();
    }
    return new Golden(root, rows, d, doubles(root.get("y")), doubles(root.get("y_binary")));
  }

  static JsonNode file(String name) throws IOException {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    Arrays.setAll(values, i -> array.get(i).asDouble());
    return values;
  }

  LabelledRows regression() {
    return LabelledRows.of(rows, width, y);
  }

  LabelledRows classification() {
    return LabelledRows.of(rows, width, outcomes);
  }
}

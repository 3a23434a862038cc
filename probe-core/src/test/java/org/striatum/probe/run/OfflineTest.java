package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("properties of the system")
class OfflineTest {
  @Test
  void whatIsNotSetIsAndWhatIsStays() {
    Map<String, String> before = new HashMap<>();
    for (String name : List.of(Offline.NO_TRACKING, Offline.NO_DOWNLOADS)) {
      before.put(name, System.getProperty(name));
      System.clearProperty(name);
    }
    try {
      System.setProperty(Offline.NO_DOWNLOADS, "false");
      Offline.djl();
      assertThat(System.getProperty(Offline.NO_TRACKING)).isEqualTo("true");
      assertThat(System.getProperty(Offline.NO_DOWNLOADS)).isEqualTo("false");
    } finally {
      before.forEach((name, value) -> {
        if (value == null) {
          System.clearProperty(name);
        } else {
          System.setProperty(name, value);
        }
      });
    }
  }
}

package org.striatum.probe.run;

/// Has libraries that can send or fetch something do neither. Whoever makes one of them load calls this first, so that it holds in a
/// program of somebody else's too, which was not started with the launcher's environment.
public final class Offline {
  /// Property, which DJL reads where the environment has no variable of the name: engines and tokenizers then tell Amazon nothing
  /// about the machine that they run on.
  static final String NO_TRACKING = "OPT_OUT_TRACKING";
  /// Property: DJL fetches no native library, no model and no data set.
  static final String NO_DOWNLOADS = "ai.djl.offline";

  private Offline() {}

  /// Sets the properties that DJL reads, but for one that has a value.
  public static void djl() {
    for (String property : new String[]{NO_TRACKING, NO_DOWNLOADS}) {
      if (System.getProperty(property) == null) {
        System.setProperty(property, "true");
      }
    }
  }
}

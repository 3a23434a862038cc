package org.striatum.probe.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.striatum.probe.run.NearestNames;

/// A place in a decoder where a tensor can be read and gated: a [Site] and, where the site repeats, its block.
///
/// Printed in TransformerLens' words, `blocks.3.hook_resid_post`. Blocks count from 0.
///
/// @param layer the block, or [#NO_LAYER] at the sites that stand outside the blocks
/// @param site what is read there
public record HookPoint(int layer, Site site) implements Comparable<HookPoint> {
  public static final int NO_LAYER = -1;
  public static final HookPoint EMBED = new HookPoint(NO_LAYER, Site.EMBED);
  public static final HookPoint FINAL_NORM = new HookPoint(NO_LAYER, Site.FINAL_NORM);
  public static final HookPoint LOGITS = new HookPoint(NO_LAYER, Site.LOGITS);

  private static final Pattern IN_BLOCK = Pattern.compile("blocks\\.(\\d{1,6})\\.(.+)");

  private static final Pattern BLOCK = Pattern.compile("(?<!\\d)(\\d{1,6})(?!\\d)");

  public HookPoint {
    if (site.inBlock() != (layer >= 0)) {
      throw new IllegalArgumentException(
          site.inBlock()
              ? "hook point " + site.printed() + " needs a block ≥ 0, found " + layer
              : "hook point " + site.printed() + " stands outside the blocks, found block " + layer);
    }
  }

  public static HookPoint residPost(int layer) {
    return new HookPoint(layer, Site.RESID_POST);
  }

  public static HookPoint mlpPost(int layer) {
    return new HookPoint(layer, Site.MLP_POST);
  }

  /// Reads the printed form.
  ///
  /// @throws IllegalArgumentException if the name is no hook point
  @JsonCreator
  public static HookPoint parse(String name) {
    return find(name).orElseThrow(() -> new IllegalArgumentException(
        "unknown hook point '" + name + "': the nearest are " + String.join(", ", nearest(name))));
  }

  /// The hook point of a printed form; empty if the name is none.
  public static Optional<HookPoint> find(String name) {
    Matcher inBlock = IN_BLOCK.matcher(name);
    boolean matched = inBlock.matches();
    String sitePart = matched ? inBlock.group(2) : name;
    for (Site site : Site.values()) {
      if (site.printed().equals(sitePart) && site.inBlock() == matched) {
        return Optional.of(new HookPoint(matched ? Integer.parseInt(inBlock.group(1)) : NO_LAYER, site));
      }
    }
    return Optional.empty();
  }

  /// Printed forms that differ least from a name that is none, in its block.
  private static List<String> nearest(String name) {
    Matcher block = BLOCK.matcher(name);
    String layer = block.find() ? block.group(1) : "3";
    return NearestNames.of(name, Stream.of(Site.values())
        .map(site -> site.inBlock() ? "blocks." + layer + "." + site.printed() : site.printed()).toList());
  }

  @Override
  public int compareTo(HookPoint other) {
    int byLayer = Integer.compare(order(), other.order());
    return byLayer != 0 ? byLayer : site.compareTo(other.site);
  }

  private int order() {
    return site == Site.EMBED ? -1 : site.inBlock() ? layer : Integer.MAX_VALUE;
  }

  @JsonValue
  @Override
  public String toString() {
    return site.inBlock() ? "blocks." + layer + "." + site.printed() : site.printed();
  }
}

package org.striatum.probe.power;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Optional;
import org.striatum.probe.stats.Proportion;

/// How often a test finds an effect that was planted, by its strength.
///
/// @param nothing the strength of no effect: 0 of a correlation, ½ of an AUROC
/// @param effect the declared strength, at which a *no* must have been a likely *yes*
/// @param points strengths rising; those that the others decide need not be there
public record PowerCurve(double nothing, double effect, List<Point> points) {
  /// The share of planted effects that must be found for their absence to mean something.
  public static final double ENOUGH = 0.8;

  /// How well the share that is found must be known for it to mean that: half the width of its exact 95 % interval.
  public static final double KNOWN_WITHIN = 0.2;

  private static final int FEWEST = 6;

  public PowerCurve {
    points = List.copyOf(points);
    for (int i = 1; i < points.size(); i++) {
      if (!(points.get(i).strength() > points.get(i - 1).strength())) {
        throw new IllegalArgumentException(
            "planted strengths must rise, found " + points.stream().map(Point::strength).toList());
      }
    }
  }

  /// One strength.
  ///
  /// @param planted how often, ≥ 1
  /// @param found how many of them
  public record Point(double strength, int planted, int found) {
    public Point {
      if (planted < 1 || found < 0 || found > planted) {
        throw new IllegalArgumentException(
            "found must be in [0, planted] and planted ≥ 1, found " + found + " of " + planted);
      }
    }

    /// In [0, 1].
    public double share() {
      return (double) found / planted;
    }

    /// Whether so many of those planted are found, however few were planted.
    @JsonIgnore
    public boolean isEnough() {
      return share() >= ENOUGH;
    }

    /// Whether enough were planted to know the share.
    @JsonIgnore
    public boolean isKnown() {
      return counted().within() <= KNOWN_WITHIN;
    }

    /// What was found of what was planted, with its interval.
    public Proportion counted() {
      return new Proportion(found, planted);
    }
  }

  /// What was planted with the declared strength; empty where nothing was.
  public Optional<Point> declared() {
    return points.stream().filter(point -> point.strength() == effect).findFirst();
  }

  /// Whether enough of the declared effect would have been found; false where it was not planted, or so seldom that the share is
  /// not known.
  @JsonIgnore
  public boolean isEnough() {
    return declared().filter(point -> point.isEnough() && point.isKnown()).isPresent();
  }

  /// Whether nothing that was planted was found, at any strength, of at least six: a test that finds two in five would have found
  /// one with a chance of 95 %.
  @JsonIgnore
  public boolean isBlind() {
    return points.stream().mapToInt(Point::planted).sum() >= FEWEST
        && points.stream().allMatch(point -> point.found() == 0);
  }

  /// The smallest strength that is found four times in five, linear between the planted ones; NaN if none is.
  public double smallest() {
    for (int i = 0; i < points.size(); i++) {
      Point here = points.get(i);
      if (here.isEnough()) {
        if (i == 0) {
          return here.strength();
        }
        Point below = points.get(i - 1);
        double part = (ENOUGH - below.share()) / (here.share() - below.share());
        return below.strength() + part * (here.strength() - below.strength());
      }
    }
    return Double.NaN;
  }

  /// About how many problems would be needed to find the declared effect four times in five, as standard errors fall with
  /// the root of their number; NaN where no planted strength is found so often.
  ///
  /// @param problems that there are
  public double problemsNeeded(int problems) {
    double ratio = (smallest() - nothing) / (effect - nothing);
    return problems * ratio * ratio;
  }
}

package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.DopamineResults.Correlation;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.Partials;
import org.striatum.probe.dopamine.DopamineResults.Signature;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.dopamine.SpikeIns.SpikeIn;
import org.striatum.probe.stats.FalseDiscovery;

/// How often the signature test finds what was planted into a dataset's own activations.
///
/// @param dataset where
/// @param effect the correlation with δ at which a *no* must have been a likely *yes*
/// @param shares by kind and strength; empty where nothing was planted
public record DopaminePower(String dataset, double effect, List<Share> shares) {
  /// The share of planted neurons that must be found for their absence to mean something.
  public static final double ENOUGH = 0.8;

  public DopaminePower {
    shares = List.copyOf(shares);
  }

  /// One kind at one strength.
  ///
  /// @param strength r, the correlation of the planted coordinate with what it carries
  /// @param planted how often
  /// @param found how often it passed all five parts
  public record Share(Planting planting, double strength, int planted, int found) {
    /// In [0, 1].
    public double value() {
      return (double) found / planted;
    }
  }

  /// All tested coordinates of a dataset are one family: the first part is corrected over all its hook points.
  static List<LayerDopamine> oneFamily(List<LayerDopamine> layers, double level) {
    double[] after = FalseDiscovery.benjaminiHochberg(ps(layers, Partials::givenAfter));
    double[] before = FalseDiscovery.benjaminiHochberg(ps(layers, Partials::givenBefore));
    List<LayerDopamine> corrected = new ArrayList<>();
    int at = 0;
    for (LayerDopamine layer : layers) {
      List<TestedNeuron> tested = new ArrayList<>();
      for (TestedNeuron neuron : layer.tested()) {
        Signature found = neuron.signature();
        Partials partials = new Partials(found.partial().givenAfter().corrected(after[at]),
            found.partial().givenBefore().corrected(before[at]), after[at] < level && before[at] < level);
        tested.add(neuron.with(new Signature(partials, found.surprises(), found.flatness(), found.slopes(),
            found.permuted())));
        at++;
      }
      corrected.add(layer.with(tested));
    }
    return corrected;
  }

  /// @param layers of the dataset, whose coordinates are the family
  static DopaminePower of(String dataset, List<SpikeIn> planted, List<LayerDopamine> layers,
      DopamineSettings.Tests tests) {
    double[] after = ps(layers, Partials::givenAfter);
    double[] before = ps(layers, Partials::givenBefore);
    List<Share> shares = new ArrayList<>();
    for (Planting planting : Planting.values()) {
      for (double strength : tests.power().strengths(planting)) {
        List<SpikeIn> own = planted.stream().filter(one -> one.planting() == planting && one.strength() == strength)
            .toList();
        long found = own.stream().filter(one -> one.chosen() && one.others()
            && q(one.givenAfter(), after) < tests.level() && q(one.givenBefore(), before) < tests.level()).count();
        if (!own.isEmpty()) {
          shares.add(new Share(planting, strength, own.size(), (int) found));
        }
      }
    }
    return new DopaminePower(dataset, tests.power().effect(), shares);
  }

  /// q of one more test beside a family.
  private static double q(double p, double[] family) {
    double[] all = DoubleStream.concat(DoubleStream.of(p), DoubleStream.of(family)).toArray();
    return FalseDiscovery.benjaminiHochberg(all)[0];
  }

  private static double[] ps(List<LayerDopamine> layers, Function<Partials, Correlation> given) {
    return layers.stream().map(LayerDopamine::tested).flatMap(Collection::stream)
        .mapToDouble(neuron -> given.apply(neuron.signature().partial()).p()).toArray();
  }

  /// Dopamine neurons planted at the declared effect; none where nothing was planted.
  public Share atEffect() {
    return surprises().filter(share -> share.strength() == effect).findFirst()
        .orElse(new Share(Planting.SURPRISE, effect, 0, 0));
  }

  /// Whether enough neurons of the declared effect would have been found.
  public boolean isEnough() {
    return atEffect().planted() > 0 && atEffect().value() >= ENOUGH;
  }

  /// Whether nothing that was planted was found, at any strength: then nothing can be.
  public boolean isBlind() {
    return surprises().findAny().isPresent() && surprises().allMatch(share -> share.found() == 0);
  }

  /// The smallest correlation with δ that is found four times in five, linear between the planted ones; NaN if none is.
  public double smallest() {
    List<Share> rising = surprises().toList();
    for (int i = 0; i < rising.size(); i++) {
      if (rising.get(i).value() >= ENOUGH) {
        if (i == 0) {
          return rising.getFirst().strength();
        }
        Share below = rising.get(i - 1);
        Share above = rising.get(i);
        double part = (ENOUGH - below.value()) / (above.value() - below.value());
        return below.strength() + part * (above.strength() - below.strength());
      }
    }
    return Double.NaN;
  }

  /// About how many problems would be needed to find the declared effect four times in five, as standard errors fall with
  /// the root of their number; NaN where no planted strength is found so often.
  ///
  /// @param problems that the dataset has
  public double problemsNeeded(int problems) {
    double ratio = smallest() / effect;
    return problems * ratio * ratio;
  }

  private Stream<Share> surprises() {
    return shares.stream().filter(share -> share.planting() == Planting.SURPRISE);
  }
}

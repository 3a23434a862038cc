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
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.stats.FalseDiscovery;

/// How often the signature test finds what was planted into a dataset's own activations.
///
/// @param dataset where
/// @param effect the correlation with δ at which a *no* must have been a likely *yes*
/// @param shares by kind and strength; empty where nothing was planted
public record DopaminePower(String dataset, double effect, List<Share> shares) {
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

  /// Shares of planted dopamine neurons by their strength.
  public PowerCurve curve() {
    return new PowerCurve(0, effect, surprises()
        .map(share -> new PowerCurve.Point(share.strength(), share.planted(), share.found())).toList());
  }

  private Stream<Share> surprises() {
    return shares.stream().filter(share -> share.planting() == Planting.SURPRISE);
  }
}

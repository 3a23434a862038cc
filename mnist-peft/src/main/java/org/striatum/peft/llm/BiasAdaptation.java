package org.striatum.peft.llm;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.hooks.torch.Gradient;
import org.striatum.hooks.torch.Overlay;
import org.striatum.probe.model.Gates;

/// Learns every bias that a checkpoint has, and nothing else. (BitFit: arXiv 2106.10199.)
///
/// @param biases weight name → number of elements
public record BiasAdaptation(SortedMap<String, Integer> biases) implements Adaptation {
  public BiasAdaptation {
    biases = Collections.unmodifiableSortedMap(new TreeMap<>(biases));
    if (biases.isEmpty()) {
      throw new IllegalArgumentException("BitFit needs a checkpoint with biases, found none");
    }
  }

  /// Over the biases of a model; empty if it has none.
  public static Optional<BiasAdaptation> of(DjlModel model) {
    SortedMap<String, Integer> biases = new TreeMap<>();
    for (Weight weight : model.weights().values()) {
      if (weight.shape().size() == 1 && weight.name().endsWith("bias")) {
        biases.put(weight.key(), Math.toIntExact(weight.shape().getFirst()));
      }
    }
    return biases.isEmpty() ? Optional.empty() : Optional.of(new BiasAdaptation(biases));
  }

  @Override
  public int parameters() {
    return biases.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public float[] start(RandomGenerator random) {
    return new float[parameters()];
  }

  @Override
  public float[] rates(double rate) {
    float[] rates = new float[parameters()];
    Arrays.fill(rates, (float) rate);
    return rates;
  }

  @Override
  public Applied applied(float[] parameters) {
    SortedMap<String, float[]> added = new TreeMap<>();
    int from = 0;
    for (Map.Entry<String, Integer> bias : biases.entrySet()) {
      added.put(bias.getKey(), Arrays.copyOfRange(parameters, from, from + bias.getValue()));
      from += bias.getValue();
    }
    return new Applied(Gates.none(), new Overlay(added, new TreeMap<>()));
  }

  @Override
  public float[] gradient(Gradient gradient) {
    float[] slopes = new float[parameters()];
    int from = 0;
    for (String bias : biases.keySet()) {
      float[] of = gradient.overlay().added().get(bias);
      System.arraycopy(of, 0, slopes, from, of.length);
      from += of.length;
    }
    return slopes;
  }
}

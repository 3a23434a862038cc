package org.striatum.peft.adapter;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.striatum.peft.adapter.Parameter.Role;
import org.striatum.peft.network.Mlp;

/// What is trained over a frozen network.
///
/// An adapter acts at one of two places of a layer: on the product z = Wh + b, or on the activation φ(z) = max(0, z) of
/// a hidden layer. It starts where it changes nothing, but for [TauGate], whose gate is a sigmoid from the start.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = Adapter.Frozen.class, name = "frozen"),
    @JsonSubTypes.Type(value = Adapter.TauGate.class, name = "taugate"),
    @JsonSubTypes.Type(value = Adapter.BitFit.class, name = "bitfit"),
    @JsonSubTypes.Type(value = Adapter.Ia3.class, name = "ia3"),
    @JsonSubTypes.Type(value = Adapter.ScaleShift.class, name = "scale-shift"),
    @JsonSubTypes.Type(value = Adapter.Bottleneck.class, name = "bottleneck"),
    @JsonSubTypes.Type(value = Adapter.LoReft.class, name = "loreft"),
    @JsonSubTypes.Type(value = Adapter.LoRa.class, name = "lora"),
    @JsonSubTypes.Type(value = Adapter.FullFineTuning.class, name = "full")})
public sealed interface Adapter {
  /// Short name, with the rank where there is one: `taugate`, `lora-r8`.
  String name();

  /// Where the adapter acts.
  Place place();

  /// The arrays it trains over a network of these widths, layer by layer.
  List<Parameter> parameters(int[] widths);

  /// Where training starts: each parameter's values by its name, in their order.
  SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random);

  /// The network that computes the same without the adapter.
  ///
  /// @param values of each parameter, by name
  /// @throws IllegalArgumentException if algebra does not allow it, saying why
  Mlp merged(Mlp base, SequencedMap<String, float[]> values);

  /// How many values it trains.
  default int trainable(int[] widths) {
    return parameters(widths).stream().mapToInt(Parameter::size).sum();
  }

  /// A place of a layer.
  enum Place {
    NOWHERE, PRODUCT, ACTIVATION
  }

  /// No adapter: the network as it is.
  record Frozen() implements Adapter {
    @Override
    public String name() {
      return "frozen";
    }

    @Override
    public Place place() {
      return Place.NOWHERE;
    }

    @Override
    public List<Parameter> parameters(int[] widths) {
      return List.of();
    }

    @Override
    public SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random) {
      return new LinkedHashMap<>();
    }

    @Override
    public Mlp merged(Mlp base, SequencedMap<String, float[]> values) {
      return base;
    }
  }

  /// A threshold τ and a gain γ a hidden unit: g = σ(s(z − τ)), h = γ ⊙ g ⊙ φ(z); at s = ∞ the hard gate g = 1[z > τ].
  /// Starts at τ = 0, γ = 1. (*Dopamine: Brain Modes, Not Brains*, arXiv 2602.11726.)
  ///
  /// @param learnsThreshold whether τ is trained; otherwise it is 0
  /// @param learnsGain whether γ is trained; otherwise it is 1
  /// @param sharpness s > 0, a unit of z; may be ∞
  record TauGate(boolean learnsThreshold, boolean learnsGain, double sharpness) implements Adapter {
    public TauGate {
      if (!(sharpness > 0)) {
        throw new IllegalArgumentException("a gate's sharpness must be > 0, found " + sharpness);
      }
      if (!learnsThreshold && !learnsGain) {
        throw new IllegalArgumentException("a gate must learn its threshold, its gain or both, found neither");
      }
    }

    @Override
    public String name() {
      return learnsThreshold && learnsGain ? "taugate" : learnsThreshold ? "tau-only" : "gamma-only";
    }

    @Override
    public Place place() {
      return Place.ACTIVATION;
    }

    public boolean isHard() {
      return Double.isInfinite(sharpness);
    }

    /// The same vectors with g = 1[z > τ].
    public TauGate hardened() {
      return new TauGate(learnsThreshold, learnsGain, Double.POSITIVE_INFINITY);
    }

    @Override
    public List<Parameter> parameters(int[] widths) {
      return hidden(widths, l -> {
        List<Parameter> parameters = new ArrayList<>();
        if (learnsThreshold) {
          parameters.add(Parameter.of(l, Role.THRESHOLD, widths[l + 1]));
        }
        if (learnsGain) {
          parameters.add(Parameter.of(l, Role.GAIN, widths[l + 1]));
        }
        return parameters;
      });
    }

    @Override
    public SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random) {
      return starting(this, base, p -> filled(p.size(), p.role() == Role.GAIN ? 1 : 0));
    }

    /// Over a rectifier a hard gate with τ ≤ 0 closes only where φ(z) is 0 anyway: what is left of it is a scale.
    @Override
    public Mlp merged(Mlp base, SequencedMap<String, float[]> values) {
      if (!isHard()) {
        throw new IllegalArgumentException("a soft gate is no linear map and cannot be merged: harden it first");
      }
      Rewriting next = new Rewriting(base);
      for (int l = 0; l + 1 < base.layers(); l++) {
        float[] threshold = values.get(Parameter.name(l, Role.THRESHOLD));
        for (int i = 0; threshold != null && i < threshold.length; i++) {
          if (!(threshold[i] <= 0)) {
            throw new IllegalArgumentException("a hard gate merges where every threshold is ≤ 0, found " + threshold[i]
                + " at unit " + i + " of layer " + l + ": keep it as an adapter");
          }
        }
        float[] gain = values.get(Parameter.name(l, Role.GAIN));
        if (gain != null) {
          next.scaleInputs(l + 1, gain);
        }
      }
      return next.network();
    }
  }

  /// Every bias is trained. (Ben Zaken, Goldberg and Ravfogel 2022, arXiv 2106.10199.)
  record BitFit() implements Adapter {
    @Override
    public String name() {
      return "bitfit";
    }

    @Override
    public Place place() {
      return Place.PRODUCT;
    }

    @Override
    public List<Parameter> parameters(int[] widths) {
      return every(widths, l -> List.of(Parameter.of(l, Role.BIAS, widths[l + 1])));
    }

    @Override
    public SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random) {
      return starting(this, base, p -> base.biases().get(p.layer()));
    }

    @Override
    public Mlp merged(Mlp base, SequencedMap<String, float[]> values) {
      return new Mlp(base.widths(), base.weights(), List.copyOf(values.values()));
    }
  }

  /// A scale of each hidden activation, from 1: h = l ⊙ φ(z). (Liu et al. 2022, arXiv 2205.05638.)
  record Ia3() implements Adapter {
    @Override
    public String name() {
      return "ia3";
    }

    @Override
    public Place place() {
      return Place.ACTIVATION;
    }

    @Override
    public List<Parameter> parameters(int[] widths) {
      return hidden(widths, l -> List.of(Parameter.of(l, Role.SCALE, widths[l + 1])));
    }

    @Override
    public SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random) {
      return starting(this, base, p -> filled(p.size(), 1));
    }

    @Override
    public Mlp merged(Mlp base, SequencedMap<String, float[]> values) {
      Rewriting next = new Rewriting(base);
      for (int l = 0; l + 1 < base.layers(); l++) {
        next.scaleInputs(l + 1, values.get(Parameter.name(l, Role.SCALE)));
      }
      return next.network();
    }
  }

  /// A scale and a shift of each hidden activation: h = scale ⊙ φ(z) + shift, from 1 and 0. (SSF: Lian et al. 2022,
  /// arXiv 2210.08823.)
  record ScaleShift() implements Adapter {
    @Override
    public String name() {
      return "scale-shift";
    }

    @Override
    public Place place() {
      return Place.ACTIVATION;
    }

    @Override
    public List<Parameter> parameters(int[] widths) {
      return hidden(widths, l -> List.of(Parameter.of(l, Role.SCALE, widths[l + 1]),
          Parameter.of(l, Role.SHIFT, widths[l + 1])));
    }

    @Override
    public SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random) {
      return starting(this, base, p -> filled(p.size(), p.role() == Role.SCALE ? 1 : 0));
    }

    @Override
    public Mlp merged(Mlp base, SequencedMap<String, float[]> values) {
      Rewriting next = new Rewriting(base);
      for (int l = 0; l + 1 < base.layers(); l++) {
        next.shiftInputs(l + 1, values.get(Parameter.name(l, Role.SHIFT)));
        next.scaleInputs(l + 1, values.get(Parameter.name(l, Role.SCALE)));
      }
      return next.network();
    }
  }

  /// A residual bottleneck behind each hidden layer: h + up · gelu(down · h), without biases; up starts at 0, down as a
  /// linear layer does. (Houlsby et al. 2019, arXiv 1902.00751.)
  ///
  /// @param rank ≥ 1
  record Bottleneck(int rank) implements Adapter {
    public Bottleneck {
      requireRank(rank);
    }

    @Override
    public String name() {
      return "bottleneck-r" + rank;
    }

    @Override
    public Place place() {
      return Place.ACTIVATION;
    }

    @Override
    public List<Parameter> parameters(int[] widths) {
      return hidden(widths, l -> List.of(Parameter.of(l, Role.DOWN, rank, widths[l + 1]),
          Parameter.of(l, Role.UP, widths[l + 1], rank)));
    }

    @Override
    public SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random) {
      return starting(this, base, p -> p.role() == Role.DOWN ? linear(p, random) : new float[p.size()]);
    }

    @Override
    public Mlp merged(Mlp base, SequencedMap<String, float[]> values) {
      throw new IllegalArgumentException(
          "a bottleneck adapter has a non-linearity of its own and cannot be merged: keep it as an adapter");
    }
  }

  /// A low-rank change of each hidden activation within the rows of R: h + Rᵀ(Wh + b − Rh). R starts with random
  /// orthonormal rows and is made orthonormal again after every step (Gram and Schmidt); W starts at R and b at 0, so
  /// that nothing is changed at first. (Wu et al. 2024, arXiv 2404.03592, which starts W at random.)
  ///
  /// @param rank ≥ 1, at most the hidden widths
  record LoReft(int rank) implements Adapter {
    public LoReft {
      requireRank(rank);
    }

    @Override
    public String name() {
      return "loreft-r" + rank;
    }

    @Override
    public Place place() {
      return Place.ACTIVATION;
    }

    @Override
    public List<Parameter> parameters(int[] widths) {
      return hidden(widths, l -> {
        if (rank > widths[l + 1]) {
          throw new IllegalArgumentException(
              "LoReFT's rank must be at most the hidden width " + widths[l + 1] + ", found " + rank);
        }
        return List.of(Parameter.of(l, Role.ROTATION, rank, widths[l + 1]),
            Parameter.of(l, Role.WEIGHT, rank, widths[l + 1]), Parameter.of(l, Role.BIAS, rank));
      });
    }

    @Override
    public SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random) {
      SequencedMap<String, float[]> values = new LinkedHashMap<>();
      for (int l = 0; l + 1 < base.layers(); l++) {
        float[] rotation = Orthonormal.rows(rank, base.widths()[l + 1], random);
        values.put(Parameter.name(l, Role.ROTATION), rotation);
        values.put(Parameter.name(l, Role.WEIGHT), rotation.clone());
        values.put(Parameter.name(l, Role.BIAS), new float[rank]);
      }
      return values;
    }

    @Override
    public Mlp merged(Mlp base, SequencedMap<String, float[]> values) {
      Rewriting next = new Rewriting(base);
      for (int l = 0; l + 1 < base.layers(); l++) {
        float[] rotation = values.get(Parameter.name(l, Role.ROTATION));
        float[] bias = values.get(Parameter.name(l, Role.BIAS));
        float[] change = values.get(Parameter.name(l, Role.WEIGHT)).clone(); // W − R
        for (int i = 0; i < change.length; i++) {
          change[i] -= rotation[i];
        }
        next.addToInputs(l + 1, rotation, change, bias);
      }
      return next.network();
    }
  }

  /// A low-rank change of every product: z + (α/r) · up · down · h; up starts at 0, down Kaiming-uniform with a = √5, that
  /// is uniform in ±1/√(inputs). (Hu et al. 2021, arXiv 2106.09685; starts as in the PEFT library.)
  ///
  /// @param rank r ≥ 1
  /// @param alpha α > 0
  record LoRa(int rank, double alpha) implements Adapter {
    public LoRa {
      requireRank(rank);
      if (!(alpha > 0 && Double.isFinite(alpha))) {
        throw new IllegalArgumentException("LoRA's alpha must be > 0 and finite, found " + alpha);
      }
    }

    @Override
    public String name() {
      return "lora-r" + rank;
    }

    @Override
    public Place place() {
      return Place.PRODUCT;
    }

    double scale() {
      return alpha / rank;
    }

    @Override
    public List<Parameter> parameters(int[] widths) {
      return every(widths, l -> List.of(Parameter.of(l, Role.DOWN, rank, widths[l]),
          Parameter.of(l, Role.UP, widths[l + 1], rank)));
    }

    @Override
    public SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random) {
      return starting(this, base, p -> p.role() == Role.DOWN ? linear(p, random) : new float[p.size()]);
    }

    @Override
    public Mlp merged(Mlp base, SequencedMap<String, float[]> values) {
      Rewriting next = new Rewriting(base);
      for (int l = 0; l < base.layers(); l++) {
        next.addProduct(l, values.get(Parameter.name(l, Role.UP)), values.get(Parameter.name(l, Role.DOWN)), scale());
      }
      return next.network();
    }
  }

  /// Every weight and bias is trained.
  record FullFineTuning() implements Adapter {
    @Override
    public String name() {
      return "full";
    }

    @Override
    public Place place() {
      return Place.PRODUCT;
    }

    @Override
    public List<Parameter> parameters(int[] widths) {
      return every(widths, l -> List.of(Parameter.of(l, Role.WEIGHT, widths[l + 1], widths[l]),
          Parameter.of(l, Role.BIAS, widths[l + 1])));
    }

    @Override
    public SequencedMap<String, float[]> initial(Mlp base, RandomGenerator random) {
      return starting(this, base, p -> (p.role() == Role.WEIGHT ? base.weights() : base.biases()).get(p.layer()));
    }

    @Override
    public Mlp merged(Mlp base, SequencedMap<String, float[]> values) {
      List<float[]> weights = new ArrayList<>();
      List<float[]> biases = new ArrayList<>();
      for (int l = 0; l < base.layers(); l++) {
        weights.add(values.get(Parameter.name(l, Role.WEIGHT)));
        biases.add(values.get(Parameter.name(l, Role.BIAS)));
      }
      return new Mlp(base.widths(), weights, biases);
    }
  }

  private static List<Parameter> hidden(int[] widths, IntFunction<List<Parameter>> ofLayer) {
    List<Parameter> all = new ArrayList<>();
    for (int l = 0; l < widths.length - 2; l++) {
      all.addAll(ofLayer.apply(l));
    }
    return List.copyOf(all);
  }

  private static List<Parameter> every(int[] widths, IntFunction<List<Parameter>> ofLayer) {
    List<Parameter> all = new ArrayList<>();
    for (int l = 0; l < widths.length - 1; l++) {
      all.addAll(ofLayer.apply(l));
    }
    return List.copyOf(all);
  }

  private static SequencedMap<String, float[]> starting(Adapter adapter, Mlp base, Function<Parameter, float[]> start) {
    SequencedMap<String, float[]> values = new LinkedHashMap<>();
    adapter.parameters(base.widths()).forEach(parameter -> values.put(parameter.name(), start.apply(parameter)));
    return values;
  }

  private static float[] filled(int size, float value) {
    float[] values = new float[size];
    Arrays.fill(values, value);
    return values;
  }

  /// As a linear layer starts: uniform in ±1/√(inputs).
  private static float[] linear(Parameter parameter, RandomGenerator random) {
    float bound = (float) (1 / Math.sqrt(parameter.shape()[1]));
    float[] values = new float[parameter.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat(-bound, bound);
    }
    return values;
  }

  private static void requireRank(int rank) {
    if (rank < 1) {
      throw new IllegalArgumentException("an adapter's rank must be ≥ 1, found " + rank);
    }
  }
}

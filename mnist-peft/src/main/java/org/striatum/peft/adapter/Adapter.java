package org.striatum.peft.adapter;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/// A kind of adapter over a frozen network, with its settings.
///
/// [Parameters] has what it trains and its initial values, [AdapterArrays] how a layer is computed with it, and [Merging] the
/// network it merges to:
///
/// | kind | formula | starts at |
/// |---|---|---|
/// | `taugate` | h = γ ⊙ σ(s(z − τ)) ⊙ φ(z) | τ = 0, γ = 1 |
/// | `bitfit` | z = Wh + b | the network's b |
/// | `ia3` | h = l ⊙ φ(z) | l = 1 |
/// | `scale-shift` | h = l ⊙ φ(z) + a | l = 1, a = 0 |
/// | `bottleneck` | h = φ(z) + U gelu(D φ(z)) | U = 0, D as a linear layer |
/// | `loreft` | h = φ(z) + Rᵀ(W φ(z) + b − R φ(z)) | R random with orthonormal rows, W = R, b = 0 |
/// | `lora` | z = Wh + b + (α/r) U D h | U = 0, D as a linear layer |
/// | `full` | z = Wh + b | the network's W and b |
///
/// with φ(z) = max(0, z). All start at the network as it is but for `taugate`, whose gate is a sigmoid from the start.
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
  ///
  /// @throws IllegalArgumentException if its rank does not fit them
  default List<Parameter> parameters(int[] widths) {
    return Parameters.of(this, widths);
  }

  /// Whether it fits a network of these widths: a LoReFT's rank may be at most the hidden widths.
  default boolean fits(int[] widths) {
    return Parameters.fits(this, widths);
  }

  /// How many values it trains.
  default int trainable(int[] widths) {
    return parameters(widths).stream().mapToInt(Parameter::size).sum();
  }

  /// A place of a layer.
  enum Place {
    /// None: the adapter changes nothing.
    NOWHERE,
    /// The product z = Wh + b of every layer.
    PRODUCT,
    /// The activation φ(z) of every hidden layer.
    ACTIVATION
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
  }

  /// A threshold τ and a gain γ per hidden unit; at s = ∞ the hard gate g = 1[z > τ]. (*Dopamine: Brain Modes, Not Brains*,
  /// arXiv 2602.11726.)
  ///
  /// @param learnsThreshold whether τ is trained; otherwise it is 0
  /// @param learnsGain whether γ is trained; otherwise it is 1
  /// @param sharpness s > 0, per unit of z; may be ∞
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
  }

  /// A scale of each hidden activation. (Liu et al. 2022, arXiv 2205.05638.)
  record Ia3() implements Adapter {
    @Override
    public String name() {
      return "ia3";
    }

    @Override
    public Place place() {
      return Place.ACTIVATION;
    }
  }

  /// A scale and a shift of each hidden activation. (SSF: Lian et al. 2022, arXiv 2210.08823.)
  record ScaleShift() implements Adapter {
    @Override
    public String name() {
      return "scale-shift";
    }

    @Override
    public Place place() {
      return Place.ACTIVATION;
    }
  }

  /// A residual bottleneck behind each hidden layer, without biases. (Houlsby et al. 2019, arXiv 1902.00751.)
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
  }

  /// A low-rank change of each hidden activation within the rows of R, which are made orthonormal again after every step.
  /// (Wu et al. 2024, arXiv 2404.03592, which starts W at random.)
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
  }

  /// A low-rank change of every product. (Hu et al. 2021, arXiv 2106.09685; starts as in the PEFT library.)
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
  }

  private static void requireRank(int rank) {
    if (rank < 1) {
      throw new IllegalArgumentException("an adapter's rank must be ≥ 1, found " + rank);
    }
  }
}

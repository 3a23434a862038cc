package org.striatum.hooks.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// Checks a model for self-consistency before anything is said about it: are the hook points where they claim to be, and do
/// reading and gating leave the computation alone? With r the residual stream, L blocks:
///
///  - **finite states**: no NaN and no ∞ anywhere.
///  - **head**: logits = head(norm(r_{L−1})). Another token's run whose r_{L−1} is replaced by a recorded row gives that
///    row's logits: the hook point is what the logits are made of, and all of it.
///  - **block sums**: r_l − r_{l−1} = attention out + MLP out, at every block and coordinate.
///  - **padding**: a row alone equals the same row inside a padded batch.
///  - **identity gates**: open gates at every hook point change no bit (but the sign of a zero).
///
/// Works on the port alone, on a few short sequences: two graphs, seven runs. Not for accuracy: whether the model
/// computes what its authors meant is a matter of [ReferenceDump].
///
/// @param tolerance by the model's arithmetic
public record ParityGate(ParityTolerance tolerance) {
  /// A first sequence shorter than the longest, and a single token: both are padded in a batch.
  private static final int[] LENGTHS = {7, 12, 1};
  private static final int FIRST = 0;
  private static final int SINGLE = 2;
  /// What is read: terms and sums of the residual stream, and the logits.
  private static final Set<Site> READ = Set.of(Site.EMBED, Site.RESID_PRE, Site.ATTN_OUT, Site.RESID_MID, Site.MLP_OUT,
      Site.RESID_POST, Site.LOGITS);

  /// Makes every check that the model's hook points allow.
  ///
  /// @param avoided tokens not to run, such as the end of sequence
  /// @param longest positions a sequence may have
  /// @throws CheckpointException if the vocabulary has no other token
  /// @throws IllegalStateException if the runtime fails on the model
  public ParityReport examine(GatedModel model, Collection<Integer> avoided, int longest) throws CheckpointException {
    return new Examination(model, sequences(model.vocabulary(), avoided, longest)).report();
  }

  /// Tokens spread over the vocabulary, different ones while there are enough.
  static List<TokenSequence> sequences(int vocabulary, Collection<Integer> avoided, int longest)
      throws CheckpointException {
    int[] usable = IntStream.range(0, vocabulary).filter(token -> !avoided.contains(token)).toArray();
    if (usable.length == 0) {
      throw new CheckpointException(
          "nothing can be run: all " + vocabulary
              + " tokens of the vocabulary end a sequence or are otherwise avoided");
    }
    int total = Arrays.stream(LENGTHS).sum();
    List<TokenSequence> sequences = new ArrayList<>();
    int next = 0;
    for (int length : LENGTHS) {
      int[] tokens = new int[Math.min(length, longest)];
      for (int t = 0; t < tokens.length; t++) {
        tokens[t] = usable[(int) ((2L * next++ + 1) * usable.length / (2L * total))];
      }
      sequences.add(TokenSequence.prompt(tokens));
    }
    return sequences;
  }

  /// One model under examination: what was recorded, shared by the checks.
  private final class Examination {
    private final GatedModel model;
    private final List<TokenSequence> sequences;
    private final Set<HookPoint> offered;
    private final Set<HookPoint> read = new TreeSet<>();
    private final HookPoint last;
    private final Recording plain; // all sequences in one batch, no gate in the graph

    Examination(GatedModel model, List<TokenSequence> sequences) {
      this.model = model;
      this.sequences = sequences;
      this.offered = new TreeSet<>(model.hookPoints());
      this.last = HookPoint.residPost(model.layers() - 1);
      offered.stream().filter(hook -> READ.contains(hook.site())).forEach(read::add);
      this.plain = model.record(sequences, read, Gates.none());
    }

    ParityReport report() {
      Optional<ParityCheck> infinite = infinite();
      if (infinite.isPresent()) {
        return new ParityReport(List.of(infinite.get()));
      }
      ParityCheck finite = new ParityCheck(ParityIdentity.FINITE_STATES, null, 0, 0, ParityOutcome.PASSED,
          "%d tokens, %d hook points".formatted(plain.rows(), read.size()));
      return new ParityReport(List.of(finite, head(), sums(), padding(), identity()));
    }

    private Optional<ParityCheck> infinite() {
      Optional<HookPoint> first = read.stream().filter(hook -> !allFinite(plain.at(hook))).findFirst();
      return first.map(entry -> {
        // NaN in an embedding or a term is NaN in the stream from there on: the block is what people look for.
        HookPoint stream = entry.equals(HookPoint.LOGITS) ? entry : HookPoint.residPost(Math.max(entry.layer(), 0));
        HookPoint named = read.contains(stream) ? stream : entry;
        return new ParityCheck(ParityIdentity.FINITE_STATES, named, Double.POSITIVE_INFINITY, 0, ParityOutcome.FAILED,
            "NaN or ∞ at %s (first such layer%s): the weights are damaged or overflow, download them again".formatted(
                named, named.equals(entry) ? "" : "; it enters at " + entry));
      });
    }

    private ParityCheck head() {
      Optional<String> missing = missing(List.of(last, HookPoint.LOGITS));
      if (missing.isPresent()) {
        return ParityCheck.notChecked(ParityIdentity.HEAD, tolerance.head(), missing.get());
      }
      int width = model.width(last);
      int vocabulary = model.vocabulary();
      int length = sequences.get(FIRST).length();
      float[] logits = plain.at(HookPoint.LOGITS);
      Deviation worst = Deviation.NONE;
      double unlike = 0; // how far the other token's own logits lie away
      for (int position : List.of(0, length / 2, length - 1)) {
        float[] state = Arrays.copyOfRange(plain.at(last), position * width, (position + 1) * width);
        TreeMap<HookPoint, Gate> gates = new TreeMap<>(identities().at());
        gates.put(last, replacing(state));
        float[] found = model.record(List.of(sequences.get(SINGLE)), read, new Gates(gates)).at(HookPoint.LOGITS);
        worst = worst.or(Deviation.ofRows(last, found, 0, logits, position, 1, vocabulary));
        unlike = Math.max(unlike, Deviation.ofRows(last, logits, plain.rowOf()[SINGLE], logits, position, 1, vocabulary)
            .error());
      }
      if (worst.error() <= tolerance.head() && unlike <= tolerance.head()) {
        return ParityCheck.notChecked(ParityIdentity.HEAD, tolerance.head(), "different tokens have the same logits");
      }
      return ParityCheck.of(ParityIdentity.HEAD, worst, tolerance.head(),
          "logits recomputed from recorded rows of " + last);
    }

    /// A gate that lets nothing through and puts `state` in its place.
    private static Gate replacing(float[] state) {
      Gate open = Gate.identity(state.length);
      return new Gate(new float[state.length], open.threshold(), open.sharpness(), state, false, open.positions());
    }

    private ParityCheck sums() {
      Deviation worst = Deviation.NONE;
      for (int layer = 0; layer < model.layers(); layer++) {
        HookPoint before = entering(layer);
        List<HookPoint> terms = List.of(before, new HookPoint(layer, Site.ATTN_OUT), new HookPoint(layer, Site.MLP_OUT),
            HookPoint.residPost(layer));
        Optional<String> missing = missing(terms);
        if (missing.isPresent()) {
          return ParityCheck.notChecked(ParityIdentity.BLOCK_SUMS, tolerance.sums(), missing.get());
        }
        worst = worst.or(sum(terms));
      }
      return ParityCheck.of(ParityIdentity.BLOCK_SUMS, worst, tolerance.sums(),
          "residual after − before = attention out + MLP out");
    }

    /// The stream entering a block, by whichever of its names the model has.
    private HookPoint entering(int layer) {
      HookPoint before = new HookPoint(layer, Site.RESID_PRE);
      HookPoint same = layer == 0 ? HookPoint.EMBED : HookPoint.residPost(layer - 1);
      return offered.contains(before) || !offered.contains(same) ? before : same;
    }

    /// max over coordinates of max|after − before − attention − MLP| / max over the four, each over rows: additions
    /// round coordinate by coordinate, so one massive coordinate excuses no other.
    private Deviation sum(List<HookPoint> terms) {
      HookPoint after = terms.getLast();
      int width = model.width(after);
      double[] difference = new double[width];
      double[] scale = new double[width];
      for (int i = 0; i < plain.rows() * width; i++) {
        double rest = plain.at(after)[i];
        for (HookPoint term : terms.subList(0, terms.size() - 1)) {
          rest -= plain.at(term)[i];
          scale[i % width] = Math.max(scale[i % width], Math.abs(plain.at(term)[i]));
        }
        difference[i % width] = Math.max(difference[i % width], Math.abs(rest));
        scale[i % width] = Math.max(scale[i % width], Math.abs(plain.at(after)[i]));
      }
      double worst = 0;
      for (int i = 0; i < width; i++) {
        worst = Math.max(worst, Deviation.relative(difference[i], scale[i]));
      }
      return new Deviation(after, worst);
    }

    private ParityCheck padding() {
      List<HookPoint> compared = read.stream()
          .filter(hook -> hook.site() == Site.RESID_POST || hook.site() == Site.LOGITS).toList();
      if (compared.isEmpty()) {
        return ParityCheck.notChecked(ParityIdentity.PADDING, tolerance.padding(),
            "no hook_resid_post and no logits found");
      }
      Deviation worst = Deviation.NONE;
      for (int row : List.of(FIRST, SINGLE)) {
        Recording alone = model.record(List.of(sequences.get(row)), read, Gates.none());
        for (HookPoint hook : compared) {
          worst = worst.or(Deviation.ofRows(hook, alone.at(hook), 0, plain.at(hook), plain.rowOf()[row], alone.rows(),
              model.width(hook)));
        }
      }
      return ParityCheck.of(ParityIdentity.PADDING, worst, tolerance.padding(),
          "a row alone against the same row in a padded batch");
    }

    private ParityCheck identity() {
      Gates identities = identities();
      if (identities.at().isEmpty()) {
        return ParityCheck.notChecked(ParityIdentity.IDENTITY_GATES, 0, "no hook point found");
      }
      Recording gated = model.record(sequences, read, identities);
      Deviation worst = Deviation.NONE;
      for (HookPoint hook : read) {
        worst = worst
            .or(Deviation.ofRows(hook, gated.at(hook), 0, plain.at(hook), 0, plain.rows(), model.width(hook)));
      }
      return ParityCheck.of(ParityIdentity.IDENTITY_GATES, worst, 0,
          worst.error() == 0
              ? "bit-identical with open gates at %d hook points".formatted(identities.at().size())
              : "open gates at %d hook points change what flows on".formatted(identities.at().size()));
    }

    /// Open gates at every hook point but the logits.
    private Gates identities() {
      TreeMap<HookPoint, Gate> gates = new TreeMap<>();
      offered.stream().filter(hook -> hook.site() != Site.LOGITS)
          .forEach(hook -> gates.put(hook, Gate.identity(model.width(hook))));
      return new Gates(gates);
    }

    private Optional<String> missing(List<HookPoint> needed) {
      return needed.stream().filter(hook -> !read.contains(hook)).findFirst().map(hook -> "no " + hook + " found");
    }
  }

  private static boolean allFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}

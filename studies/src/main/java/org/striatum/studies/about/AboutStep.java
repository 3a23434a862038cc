package org.striatum.studies.about;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.text.NoTokenizerException;
import org.striatum.hooks.text.TokenPieces;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.model.DescribedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.activity.NeuronActivity;
import org.striatum.probe.activity.NeuronActivity.ActiveToken;
import org.striatum.probe.activity.NeuronActivity.LayerActivity;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.RankedNeuron;
import org.striatum.probe.store.StoredPosition;
import org.striatum.studies.about.AboutResults.AboutNeuron;
import org.striatum.studies.about.AboutResults.OutputToken;
import org.striatum.studies.about.AboutResults.TokenInContext;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Tells what the best neurons of each layer are about. Where they are high and low is read from stored states; what they do
/// to output tokens needs the model's head, and texts its tokenizer: without a checkpoint both are left out, and that is said.
public record AboutStep() implements Study<AboutSettings, AboutResults> {
  public static final AboutStep STUDY = new AboutStep();
  /// Sites whose values are the residual stream, from which the head can be reached directly.
  private static final Set<Site> STREAM = Set.of(Site.EMBED, Site.RESID_PRE, Site.RESID_MID, Site.RESID_POST);
  private static final String NORM = "the model's final norm and head, applied to the mean state of the neuron's own hook"
      + " point as it is and with the neuron one standard deviation higher; no later block takes part (direct path)";

  @Override
  public StudyDescription<AboutSettings, AboutResults> about() {
    return StudyDescription.of("about",
        "Tell where the best neurons are high and low, and which output tokens they raise.",
        AboutSettings.defaults(), AboutResults.class);
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public Scope scope() {
    return Scope.EVERY_CHECKPOINT;
  }

  /// It can do without; whoever verifies a run has none at hand.
  @Override
  public boolean needsModel() {
    return true;
  }

  @Override
  public boolean isReplaceable() {
    return true;
  }

  /// Prompts are read too.
  @Override
  public List<StoredPosition> positions(AboutSettings settings) {
    return StoredPosition.EVERY;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, AboutSettings settings) {
    return List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY);
  }

  /// With a checkpoint more can be told, so that one told without is told again.
  @Override
  public Object inputs(StudyRun run, AboutSettings settings) {
    return List.of(run.hasModel());
  }

  @Override
  public Found<AboutResults> find(StudyRun run, AboutSettings settings) throws IOException {
    List<String> notes = new ArrayList<>();
    Optional<HookedModel> model = run.hasModel() ? Optional.of(run.hooked()) : Optional.empty();
    Optional<Tokenizer> tokenizer = Optional.empty();
    if (model.isPresent()) {
      try {
        tokenizer = Optional.of(model.get().tokenizer());
      } catch (NoTokenizerException none) {
        notes.add(none.getMessage() + ": tokens are shown as ids");
      }
    } else {
      notes.add("no checkpoint: tokens are shown as ids, and effects on output tokens are not computed");
    }
    Optional<DescribedModel> described = model.flatMap(HookedModel::described);
    if (model.isPresent() && described.isEmpty()) {
      notes.add("the head of an ONNX file cannot be run by itself: effects on output tokens are not computed");
    }
    List<AboutNeuron> neurons = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      Telling telling = new Telling(settings, store, run.rollouts(), tokenizer.map(Telling::texts).orElse(Telling::ids),
          described, new LinkedHashSet<>(), notes);
      ValueNeuronResults values = run.folder().results(ProbeStep.STUDY);
      for (LayerProbes layer : values.layers()) {
        neurons.addAll(telling.of(layer));
      }
      telling.apart.forEach(hook -> notes.add(hook
          + " is not the residual stream: effects on output tokens are not computed there"));
    }
    boolean any = neurons.stream().anyMatch(neuron -> !neuron.raised().isEmpty());
    return Found.only(new AboutResults(neurons, any ? NORM : null, notes));
  }

  /// One telling of a run's neurons.
  ///
  /// @param texts of tokens, one per token
  /// @param apart receives hook points from which the head cannot be reached directly
  /// @param notes receives what was left out
  private record Telling(AboutSettings settings, ActivationStore store, List<Rollout> rollouts,
      Function<int[], List<String>> texts, Optional<DescribedModel> model, Set<HookPoint> apart,
      List<String> notes) {
    static Function<int[], List<String>> texts(Tokenizer tokenizer) {
      return tokens -> TokenPieces.of(tokenizer::decodeContinuationWhole, tokens);
    }

    static List<String> ids(int[] tokens) {
      return Arrays.stream(tokens).mapToObj(token -> "[" + token + "]").toList();
    }

    List<AboutNeuron> of(LayerProbes layer) {
      List<Integer> best = layer.top().stream().map(RankedNeuron::coordinate).limit(settings.neurons()).toList();
      LayerActivity activity = NeuronActivity.read(store, rollouts, layer.dataset(), layer.hook(), best,
          settings.examples(), settings.deviations());
      if (activity.excluded() > 0) {
        notes.add("%s, %s: %d states with NaN or ∞ are left out".formatted(layer.dataset(), layer.hook(),
            activity.excluded()));
      }
      if (model.isEmpty() || activity.neurons().isEmpty()) {
        return activity.neurons().stream().map(one -> told(layer.dataset(), one, new double[0])).toList();
      }
      if (!STREAM.contains(layer.hook().site())) {
        apart.add(layer.hook());
        return activity.neurons().stream().map(one -> told(layer.dataset(), one, new double[0])).toList();
      }
      double[][] changes = changes(activity);
      return IntStream.range(0, changes.length)
          .mapToObj(i -> told(layer.dataset(), activity.neurons().get(i), changes[i])).toList();
    }

    /// By how much each neuron changes each logit, less the mean change: (neurons, vocabulary).
    private double[][] changes(LayerActivity activity) {
      int d = activity.means().length;
      int n = activity.neurons().size();
      float[] rows = new float[(n + 1) * d];
      for (int i = 0; i <= n; i++) {
        System.arraycopy(activity.means(), 0, rows, i * d, d);
      }
      for (int i = 0; i < n; i++) {
        NeuronActivity neuron = activity.neurons().get(i);
        rows[i * d + neuron.neuron().coordinate()] += (float) neuron.spread().deviation();
      }
      float[] logits = model.orElseThrow().lens(rows);
      int v = logits.length / (n + 1);
      double[][] changes = new double[n][v];
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < v; k++) {
          changes[i][k] = (double) logits[i * v + k] - logits[n * v + k];
        }
        double mean = Arrays.stream(changes[i]).average().orElseThrow();
        for (int k = 0; k < v; k++) {
          changes[i][k] -= mean;
        }
      }
      return changes;
    }

    private AboutNeuron told(String dataset, NeuronActivity activity, double[] change) {
      return new AboutNeuron(dataset, activity.neuron(), activity.spread(), inContext(activity.highest()),
          inContext(activity.lowest()), outputs(change, -1), outputs(change, 1));
    }

    private List<TokenInContext> inContext(List<ActiveToken> tokens) {
      return tokens.stream().map(this::inContext).toList();
    }

    private TokenInContext inContext(ActiveToken at) {
      Rollout rollout = rollouts.get(at.line());
      int from = Math.max(0, at.position() - settings.context());
      int to = Math.min(rollout.tokens().length, at.position() + settings.context() + 1);
      List<String> pieces = texts.apply(Arrays.copyOfRange(rollout.tokens(), from, to));
      int place = at.position() - from;
      return new TokenInContext(rollout.problem().id(), rollout.sample(), at.position(),
          at.position() >= rollout.promptLength(), at.activation(), String.join("", pieces.subList(0, place)),
          pieces.get(place), String.join("", pieces.subList(place + 1, pieces.size())));
    }

    /// The tokens that change most.
    ///
    /// @param sign −1 for those that rise, 1 for those that fall
    private List<OutputToken> outputs(double[] change, int sign) {
      return IntStream.range(0, change.length).boxed()
          .sorted(Comparator.comparingDouble((Integer k) -> sign * change[k])).limit(settings.outputs())
          .map(k -> new OutputToken(k, texts.apply(new int[]{k}).getFirst(), change[k])).toList();
    }
  }
}

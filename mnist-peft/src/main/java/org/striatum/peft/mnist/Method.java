package org.striatum.peft.mnist;

import java.util.List;
import org.striatum.peft.adapter.Adapter;
import org.striatum.peft.adapter.Adapter.BitFit;
import org.striatum.peft.adapter.Adapter.Bottleneck;
import org.striatum.peft.adapter.Adapter.Frozen;
import org.striatum.peft.adapter.Adapter.FullFineTuning;
import org.striatum.peft.adapter.Adapter.Ia3;
import org.striatum.peft.adapter.Adapter.LoRa;
import org.striatum.peft.adapter.Adapter.LoReft;
import org.striatum.peft.adapter.Adapter.ScaleShift;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.adapter.AdapterTraining;

/// An adapter with the way it is trained.
///
/// @param name as results print it
record Method(String name, Adapter adapter, AdapterTraining training) {
  static final String FROZEN = "frozen";
  static final String BITFIT = "bitfit";
  static final String TAUGATE = "taugate";
  static final String LORA = "lora-r8";
  static final String FULL = "full";

  private static Method of(Adapter adapter, AdapterTraining training) {
    return new Method(adapter.name(), adapter, training);
  }

  /// The same trained otherwise.
  Method with(AdapterTraining other) {
    return new Method(name, adapter, other);
  }

  boolean isFrozen() {
    return adapter instanceof Frozen;
  }

  static Method frozen(ModeSettings settings) {
    return of(new Frozen(), settings.adaptation());
  }

  static Method tauGate(ModeSettings settings) {
    return of(new TauGate(true, true, settings.constants().sharpness()), settings.adaptation());
  }

  /// A gate trained to close. Its thresholds learn at ten times the gains' rate: at the table's, λ would move nothing.
  static Method closing(ModeSettings settings, double sharpness, double lambda) {
    AdapterTraining training = settings.adaptation();
    return of(new TauGate(true, true, sharpness),
        training.withRates(training.learningRate(), 10 * training.learningRate()).withSparsity(lambda));
  }

  /// The paper's five.
  static List<Method> table(ModeSettings settings) {
    AdapterTraining training = settings.adaptation();
    return List.of(frozen(settings), of(new BitFit(), training), tauGate(settings),
        of(new LoRa(8, settings.constants().loraAlpha()), training), of(new FullFineTuning(), training));
  }

  /// The parts of the gate, thresholds first, for their rate serves the whole gate.
  static List<Method> gates(ModeSettings settings) {
    AdapterTraining training = settings.adaptation();
    return List.of(of(new TauGate(true, false, settings.constants().sharpness()), training),
        of(new TauGate(false, true, settings.constants().sharpness()), training), tauGate(settings),
        new Method("taugate+λ", new TauGate(true, true, settings.constants().sharpness()),
            training.withSparsity(settings.constants().sparsity())));
  }

  /// Other methods at about the gate's budget, LoRA at growing ranks, and full fine-tuning.
  static List<Method> others(ModeSettings settings) {
    AdapterTraining training = settings.adaptation();
    double alpha = settings.constants().loraAlpha();
    return List.of(of(new Ia3(), training), of(new BitFit(), training), of(new ScaleShift(), training),
        of(new Bottleneck(1), training), of(new LoReft(1), training), of(new LoRa(1, alpha), training),
        of(new LoRa(2, alpha), training), of(new LoRa(4, alpha), training), of(new LoRa(8, alpha), training),
        of(new FullFineTuning(), training));
  }
}

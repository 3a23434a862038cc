package org.striatum.peft.nta.run;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What one seed of one arm gave: figures block by block, and curves in time.
///
/// @param seed of everything random in it
/// @param byBlock figure → its value in each block: (blocks); names are this record's constants
/// @param time of the curves' points: (points)
/// @param curves figure → its course: (points)
public record NtaRun(long seed, SortedMap<String, double[]> byBlock, float[] time, SortedMap<String, float[]> curves) {
  /// In units of τ_w; a block that never gets there counts with its whole length.
  public static final String TIME_TO_CRITERION = "time to criterion";
  /// 1 or 0.
  public static final String REACHED = "criterion reached";
  public static final String LOSS_AT_START = "loss at start";
  public static final String LOSS_AT_END = "loss at end";
  public static final String MEAN_LOSS = "mean loss";
  public static final String TOTAL_ALIGNMENT = "total alignment";
  public static final String MATCHED = "alignment of matched pairs";
  public static final String WEAKEST = "weakest alignment of a matched pair";
  public static final String UNMATCHED = "alignment of other pairs";
  /// c̄.
  public static final String GATE_SEPARATION = "gate separation";
  /// w̄.
  public static final String SPECIALISATION = "specialisation";
  /// Gate by gate, "gate 1" and so on.
  public static final String GATE = "gate ";
  public static final String LOSS = "loss";

  public NtaRun {
    byBlock = Collections.unmodifiableSortedMap(new TreeMap<>(byBlock));
    curves = Collections.unmodifiableSortedMap(new TreeMap<>(curves));
  }

  /// How it ended, and nothing else: each figure in the last block only.
  public NtaRun atEnd() {
    SortedMap<String, double[]> last = new TreeMap<>();
    byBlock.forEach((name, values) -> last.put(name, new double[]{values[values.length - 1]}));
    return new NtaRun(seed, last, new float[0], new TreeMap<>());
  }

  /// A figure in a block counted from 1.
  ///
  /// @throws IllegalArgumentException if this run has no such figure
  public double figure(String name, int block) {
    double[] values = byBlock.get(name);
    if (values == null || block < 1 || block > values.length) {
      throw new IllegalArgumentException("this run has no '" + name + "' of block " + block + ", only of " + byBlock
          .keySet());
    }
    return values[block - 1];
  }
}

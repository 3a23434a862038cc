package org.striatum.benchmarks.results;

import org.striatum.benchmarks.measure.Findings;

/// The last measurement of one piece of work.
public record Measured(Conditions conditions, Findings findings) {}

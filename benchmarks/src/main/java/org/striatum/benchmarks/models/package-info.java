/// Work of whole language models: capture, opening, generation, ablation arms.
package org.striatum.benchmarks.models;

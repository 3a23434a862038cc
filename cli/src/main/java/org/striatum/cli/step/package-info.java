/// The steps of a run. Each reads files of the run folder, writes one, and is skipped where it is finished already:
/// commands run one step, `demo` runs them all.
package org.striatum.cli.step;

/// The run folder: what a command reads and writes, atomically, with its provenance.
package org.striatum.probe.run;

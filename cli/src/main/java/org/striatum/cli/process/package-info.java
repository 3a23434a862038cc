/// A checkpoint runs in a process of its own: what kills that process costs one checkpoint, not the command that asked.
package org.striatum.cli.process;

/// A checkpoint runs in its own process: if that process is killed, one checkpoint fails, not the whole command.
package org.striatum.cli.process;

/// The output of every command: results and messages, progress, exit codes, the version.
package org.striatum.cli.console;

/// What every command says and ends with: results and messages, progress, exit codes, the version.
package org.striatum.cli.console;

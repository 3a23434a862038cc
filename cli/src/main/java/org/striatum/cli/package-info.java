/// The command line: the only module that prints or exits.
package org.striatum.cli;

/// The command line: the only module that prints or exits. One class per command; shared parts are in the packages below.
package org.striatum.cli;

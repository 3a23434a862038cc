/// The command line: the only module that prints or exits. A command a class; what they share lies in the packages below.
package org.striatum.cli;

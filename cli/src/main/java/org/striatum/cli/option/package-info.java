/// Options that several commands share or that are many: what they are, and what of the steps below they come to.
package org.striatum.cli.option;

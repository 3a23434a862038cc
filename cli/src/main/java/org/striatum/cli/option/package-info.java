/// Options that several commands share, or of which there are many, and the settings that they give.
package org.striatum.cli.option;

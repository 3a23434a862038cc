/// Results as lines of text.
package org.striatum.cli.summary;

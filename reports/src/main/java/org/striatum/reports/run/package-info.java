/// One run: what was found in a checkpoint, section by section.
package org.striatum.reports.run;

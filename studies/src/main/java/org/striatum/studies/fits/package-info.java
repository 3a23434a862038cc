/// Fitted probes as files: what one study fitted, later studies and the report read.
package org.striatum.studies.fits;

/// A published paper's own settings, as one value for each study.
package org.striatum.studies.paper;

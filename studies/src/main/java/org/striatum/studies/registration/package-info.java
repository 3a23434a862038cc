/// Plans that were made before a run, and what deviates from them.
package org.striatum.studies.registration;

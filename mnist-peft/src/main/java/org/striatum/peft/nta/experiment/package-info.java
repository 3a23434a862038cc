/// The experiments: which arms, and what was to be expected of them.
package org.striatum.peft.nta.experiment;

/// The experiments: which arms, and what is expected of them.
package org.striatum.peft.nta.experiment;

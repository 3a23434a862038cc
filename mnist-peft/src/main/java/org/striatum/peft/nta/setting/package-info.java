/// Settings of one arm of an experiment: everything that decides it but its seed.
package org.striatum.peft.nta.setting;

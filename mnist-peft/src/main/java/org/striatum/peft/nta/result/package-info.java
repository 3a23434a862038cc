/// What an experiment found.
package org.striatum.peft.nta.result;

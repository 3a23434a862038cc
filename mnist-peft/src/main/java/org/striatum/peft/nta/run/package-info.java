/// One seed of one arm: a network through its blocks, and the recorded figures.
package org.striatum.peft.nta.run;

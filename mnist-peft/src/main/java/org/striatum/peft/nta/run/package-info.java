/// One seed of one arm: a network through its blocks, and what was recorded on the way.
package org.striatum.peft.nta.run;

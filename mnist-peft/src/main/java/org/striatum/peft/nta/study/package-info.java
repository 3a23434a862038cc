/// Many seeds of many arms: run at once, kept on disk, and summed up with intervals.
package org.striatum.peft.nta.study;

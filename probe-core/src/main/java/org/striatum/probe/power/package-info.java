/// Would it have been found? Known effects planted into real data, and the share of them that a test finds.
package org.striatum.probe.power;

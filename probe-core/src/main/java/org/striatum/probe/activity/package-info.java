/// Where single neurons are high and low over stored states.
package org.striatum.probe.activity;

/// What a study will be able to show, computed before it is made: power of each question from a few figures of a pilot.
package org.striatum.probe.planning;

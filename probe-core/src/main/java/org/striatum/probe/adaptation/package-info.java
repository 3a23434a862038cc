/// What specialising a frozen model to one kind of problem gave, arm by arm, and whether the reward neurons are a better place
/// to do it than others.
package org.striatum.probe.adaptation;

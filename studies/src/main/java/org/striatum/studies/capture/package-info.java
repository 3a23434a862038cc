/// Hidden states of every rollout, stored.
package org.striatum.studies.capture;

/// Studies of reward neurons, usable from Java: [org.striatum.studies.Run] is a run folder and everything that can be asked of
/// it, [org.striatum.studies.StudyRegistry] lists the studies.
package org.striatum.studies;

/// Checkpoints of one training run side by side: what comes, stays and goes as it is trained.
package org.striatum.studies.series;

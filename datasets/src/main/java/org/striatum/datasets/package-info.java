/// Problem sets, their graders and rollout files.
package org.striatum.datasets;

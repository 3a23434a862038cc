/// Statistics as pure functions, each checked against SciPy, scikit-learn or a published figure.
package org.striatum.probe.stats;

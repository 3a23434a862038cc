/// Problems, graded completions and how they are split: by problem, never by rollout or token (arXiv 2602.00986).
package org.striatum.probe.rollout;

/// How answers are extracted from a text and compared: numbers, LaTeX, choices, exact text.
package org.striatum.datasets.grading;

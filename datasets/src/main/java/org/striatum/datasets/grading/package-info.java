/// How answers are read off a text and compared: numbers, LaTeX, choices, exact text.
package org.striatum.datasets.grading;

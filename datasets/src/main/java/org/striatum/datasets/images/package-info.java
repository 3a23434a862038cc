/// Labelled grey images: the IDX format, MNIST, rotations.
package org.striatum.datasets.images;

/// Images as a gated linear network sees them: whitened features of a small convolutional network.
package org.striatum.peft.nta.image;

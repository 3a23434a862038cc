/// Mode specialisation on MNIST: a network that knows two modes of digits is adapted to one (arXiv 2602.11726).
package org.striatum.peft.mnist;

/// Mode specialisation of networks on MNIST.
package org.striatum.reports.mnist;

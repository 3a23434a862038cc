/// The small network that adapters are trained on.
package org.striatum.peft.network;

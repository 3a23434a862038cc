/// The small network that adapters are laid over.
package org.striatum.peft.network;

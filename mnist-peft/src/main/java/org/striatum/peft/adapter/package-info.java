/// Adapters over a frozen network: what each one is, how it is trained by gradient, kept, switched and merged.
///
/// Everything that touches an engine's arrays is in here and package-private; plain arrays go in and come out.
package org.striatum.peft.adapter;

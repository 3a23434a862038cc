package org.striatum.hooks.decoder;

/// The sizes of a decoder.
///
/// @param layers blocks
/// @param width coordinates of the residual stream, d
/// @param mlpWidth MLP neurons of a block
/// @param heads query heads
/// @param keyValueHeads key and value heads
/// @param headWidth coordinates of a head
/// @param vocabulary rows of the embedding
/// @param context positions the model was built for
public record DecoderShape(int layers, int width, int mlpWidth, int heads, int keyValueHeads, int headWidth,
    int vocabulary, int context) {}

package org.striatum.hooks.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;

/// A text as the tokenizer library has encoded it. DJL's `Encoding` copies everything at once; here only what is asked for is copied:
/// places of characters alone take longer than encoding.
final class EncodedText implements AutoCloseable {
  private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

  private final long handle;

  /// @param special whether special tokens are added
  EncodedText(HuggingFaceTokenizer tokenizer, String text, boolean special) {
    handle = LIBRARY.encode(tokenizer.getHandle(), text, special);
  }

  int[] ids() {
    long[] wide = LIBRARY.getTokenIds(handle);
    int[] ids = new int[wide.length];
    for (int i = 0; i < wide.length; i++) {
      ids[i] = Math.toIntExact(wide[i]);
    }
    return ids;
  }

  /// The tokens as the vocabulary writes them.
  String[] tokens() {
    return LIBRARY.getTokens(handle);
  }

  /// Which characters (code points) each token covers; null for one that covers none.
  CharSpan[] places() {
    return LIBRARY.getTokenCharSpans(handle);
  }

  @Override
  public void close() {
    LIBRARY.deleteEncoding(handle);
  }
}

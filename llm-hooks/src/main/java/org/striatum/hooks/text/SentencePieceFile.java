package org.striatum.hooks.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.striatum.hooks.checkpoint.CheckpointException;

/// A SentencePiece model (`tokenizer.model`) turned into a `tokenizer.json`, so that it runs in the same library, with the
/// same offsets and added tokens, as every other tokenizer.
///
/// Llama's and Gemma's classes cut text in their own way; for others the model's own normaliser decides.
///
/// Source: `sentencepiece_model.proto` of SentencePiece 0.2; Hugging Face transformers 4.57.6, `convert_slow_tokenizer.py`.
final class SentencePieceFile {
  private static final int MAX_PIECES = 4 << 20;
  private static final int UNIGRAM = 1;
  private static final int BPE = 2;
  private static final String SPACE = "\u2581";

  private final Path file;
  private final List<Piece> pieces = new ArrayList<>();
  private int modelType = UNIGRAM;
  private boolean byteFallback;
  private int unknown;
  private ByteString characterMap = ByteString.EMPTY;
  private boolean dummyPrefix = true;
  private boolean removeExtraSpaces = true;

  /// Kinds of pieces that are treated differently.
  private enum Kind {
    NORMAL, CONTROL, USER_DEFINED, OTHER;

    static Kind numbered(int number) {
      return switch (number) {
        case 1 -> NORMAL;
        case 3 -> CONTROL;
        case 4 -> USER_DEFINED;
        default -> OTHER; // unknown, unused, byte
      };
    }
  }

  private record Piece(String text, float score, Kind kind) {}

  private SentencePieceFile(Path file) {
    this.file = file;
  }

  /// @throws CheckpointException if it is no SentencePiece model of BPE or Unigram type
  static ObjectNode read(Path file, TokenizerConfig config) throws CheckpointException {
    SentencePieceFile model = new SentencePieceFile(file);
    try {
      model.parse(CodedInputStream.newInstance(CheckpointText.bytes(file)));
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException broken) {
      throw new CheckpointException(file + " is no SentencePiece model: download it again", broken);
    }
    if (model.pieces.isEmpty() || (model.modelType != UNIGRAM && model.modelType != BPE)
        || model.unknown < 0 || model.unknown >= model.pieces.size()) {
      throw new CheckpointException(file + " holds no vocabulary of BPE or Unigram type: download it again");
    }
    return model.document(config);
  }

  private void parse(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case 1 << 3 | 2 -> pieces.add(piece(part(in)));
        case 2 << 3 | 2 -> trainer(part(in));
        case 3 << 3 | 2 -> normalizer(part(in));
        default -> in.skipField(tag);
      }
      if (pieces.size() > MAX_PIECES) {
        throw new CheckpointException(file + " holds more than " + MAX_PIECES + " pieces: not a tokenizer");
      }
    }
  }

  private static CodedInputStream part(CodedInputStream in) throws IOException {
    return in.readBytes().newCodedInput();
  }

  private static Piece piece(CodedInputStream in) throws IOException {
    String text = "";
    float score = 0;
    Kind kind = Kind.NORMAL;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case 1 << 3 | 2 -> text = in.readStringRequireUtf8();
        case 2 << 3 | 5 -> score = in.readFloat();
        case 3 << 3 -> kind = Kind.numbered(in.readEnum());
        default -> in.skipField(tag);
      }
    }
    return new Piece(text, score, kind);
  }

  private void trainer(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case 3 << 3 -> modelType = in.readEnum();
        case 35 << 3 -> byteFallback = in.readBool();
        case 40 << 3 -> unknown = in.readInt32();
        default -> in.skipField(tag);
      }
    }
  }

  private void normalizer(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case 2 << 3 | 2 -> characterMap = in.readBytes();
        case 3 << 3 -> dummyPrefix = in.readBool();
        case 4 << 3 -> removeExtraSpaces = in.readBool();
        default -> in.skipField(tag);
      }
    }
  }

  private ObjectNode document(TokenizerConfig config) {
    ObjectNode root = CheckpointJson.empty();
    ArrayNode added = root.putArray("added_tokens");
    for (int id = 0; id < pieces.size(); id++) {
      Piece piece = pieces.get(id);
      if (piece.kind == Kind.CONTROL || piece.kind == Kind.USER_DEFINED) {
        added.add(new AddedToken(piece.text, false, false, false, false, piece.kind == Kind.CONTROL).json(id));
      }
    }
    root.set("model", modelType == BPE ? bpe() : unigram());
    switch (config.type()) {
      case LLAMA, CODE_LLAMA -> llama(root, config);
      case GEMMA -> gemma(root);
      default -> itself(root);
    }
    return root;
  }

  private ObjectNode unigram() {
    ObjectNode model = CheckpointJson.empty().put("type", "Unigram").put("unk_id", unknown)
        .put("byte_fallback", byteFallback);
    ArrayNode vocab = model.putArray("vocab");
    pieces.forEach(piece -> vocab.addArray().add(piece.text).add(piece.score));
    return model;
  }

  private ObjectNode bpe() {
    ObjectNode model = CheckpointJson.empty().put("type", "BPE").putNull("dropout")
        .put("unk_token", pieces.get(unknown).text).putNull("continuing_subword_prefix")
        .putNull("end_of_word_suffix").put("fuse_unk", true).put("byte_fallback", byteFallback);
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < pieces.size(); id++) {
      vocab.put(pieces.get(id).text, id);
    }
    ArrayNode merges = model.putArray("merges");
    merges().forEach(merge -> merges.addArray().add(merge.left).add(merge.right));
    return model;
  }

  private record Merge(String left, String right, float score) {}

  /// Every way to join two pieces to a third, the best piece first: the file holds none.
  private List<Merge> merges() {
    Map<String, Piece> known = new HashMap<>();
    pieces.stream().filter(piece -> piece.kind == Kind.NORMAL || piece.kind == Kind.USER_DEFINED)
        .forEach(piece -> known.put(piece.text, piece));
    List<Merge> merges = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece.kind != Kind.NORMAL || piece.text.isEmpty()) {
        continue;
      }
      for (int at = piece.text.offsetByCodePoints(0, 1); at < piece.text.length(); at = piece.text
          .offsetByCodePoints(at, 1)) {
        String left = piece.text.substring(0, at);
        String right = piece.text.substring(at);
        if (known.containsKey(left) && known.containsKey(right)) {
          merges.add(new Merge(left, right, piece.score));
        }
      }
    }
    merges.sort(Comparator.comparingDouble((Merge merge) -> merge.score)
        .thenComparingInt(merge -> merge.left.length()).thenComparingInt(merge -> merge.right.length()).reversed());
    return merges;
  }

  private static void llama(ObjectNode root, TokenizerConfig config) {
    boolean prefix = config.flags().addPrefixSpace().orElse(true);
    if (config.flags().legacy().orElse(true)) {
      spaces(root.putObject("normalizer").put("type", "Sequence").putArray("normalizers"), prefix);
    } else {
      root.putObject("pre_tokenizer").put("type", "Metaspace").put("replacement", SPACE)
          .put("prepend_scheme", prefix ? "first" : "never").put("split", false);
    }
    decoder(root, true, prefix);
  }

  private static void gemma(ObjectNode root) {
    replaceSpaces(root.putObject("normalizer"));
    root.putObject("pre_tokenizer").put("type", "Split").put("behavior", "MergedWithPrevious").put("invert", false)
        .putObject("pattern").put("String", " ");
    decoder(root, true, false);
  }

  /// By the model's own normaliser.
  private void itself(ObjectNode root) {
    ArrayNode steps = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    if (!characterMap.isEmpty()) {
      steps.addObject().put("type", "Precompiled")
          .put("precompiled_charsmap", Base64.getEncoder().encodeToString(characterMap.toByteArray()));
    }
    if (removeExtraSpaces) {
      steps.addObject().put("type", "Strip").put("strip_left", true).put("strip_right", true);
      ObjectNode several = steps.addObject().put("type", "Replace").put("content", " ");
      several.putObject("pattern").put("Regex", " {2,}");
    }
    spaces(steps, dummyPrefix);
    decoder(root, byteFallback, dummyPrefix);
  }

  /// Spaces as SentencePiece writes them, with one in front.
  private static void spaces(ArrayNode steps, boolean prefix) {
    if (prefix) {
      steps.addObject().put("type", "Prepend").put("prepend", SPACE);
    }
    replaceSpaces(steps.addObject());
  }

  private static void replaceSpaces(ObjectNode json) {
    json.put("type", "Replace").put("content", SPACE).putObject("pattern").put("String", " ");
  }

  private static void decoder(ObjectNode root, boolean bytes, boolean prefix) {
    ArrayNode steps = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    steps.addObject().put("type", "Replace").put("content", " ").putObject("pattern").put("String", SPACE);
    if (bytes) {
      steps.addObject().put("type", "ByteFallback");
    }
    steps.addObject().put("type", "Fuse");
    if (prefix) {
      steps.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
  }
}

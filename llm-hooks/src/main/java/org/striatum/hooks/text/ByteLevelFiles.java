package org.striatum.hooks.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Byte-level BPE from `vocab.json` and `merges.txt`, as GPT-2 and Qwen 2 keep it.
///
/// Source: Hugging Face transformers 4.57.6, `convert_slow_tokenizer.py`, `GPT2Converter` and `Qwen2Converter`.
final class ByteLevelFiles {
  private static final String QWEN2_PATTERN = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
      + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private ByteLevelFiles() {}

  static ObjectNode read(Path vocab, Path merges, TokenizerConfig config) throws CheckpointException {
    ObjectNode root = CheckpointJson.empty();
    boolean qwen = config.type() == TokenizerClass.QWEN2;
    if (qwen) {
      root.putObject("normalizer").put("type", "NFC");
    }
    ObjectNode pre = root.putObject("pre_tokenizer");
    if (qwen) {
      ArrayNode steps = pre.put("type", "Sequence").putArray("pretokenizers");
      steps.addObject().put("type", "Split").put("behavior", "Isolated").put("invert", false).putObject("pattern")
          .put("Regex", QWEN2_PATTERN);
      pre = steps.addObject();
    }
    byteLevel(pre, config.flags().addPrefixSpace().orElse(false), !qwen);
    byteLevel(root.putObject("decoder"), true, true);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token").put("continuing_subword_prefix", "").put("end_of_word_suffix", "")
        .put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode ids = CheckpointJson.object(vocab);
    model.set("vocab", ids);
    model.set("merges", merges(merges, ids));
    return root;
  }

  private static void byteLevel(ObjectNode json, boolean prefixSpace, boolean regex) {
    json.put("type", "ByteLevel").put("add_prefix_space", prefixSpace).put("trim_offsets", false)
        .put("use_regex", regex);
  }

  private static ArrayNode merges(Path file, ObjectNode vocab) throws CheckpointException {
    ArrayNode merges = CheckpointJson.empty().arrayNode();
    List<String> lines = CheckpointText.read(file, CheckpointText.MAX_BYTES).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isEmpty() || (i == 0 && line.startsWith("#version"))) {
        continue;
      }
      int space = line.indexOf(' ');
      String left = line.substring(0, Math.max(0, space));
      String right = line.substring(space + 1);
      if (space <= 0 || !vocab.has(left) || !vocab.has(right) || !vocab.has(left + right)) {
        throw new CheckpointException(file + ", line " + (i + 1)
            + ": must be two tokens of vocab.json whose join is one too, found '" + line + "'");
      }
      merges.addArray().add(left).add(right);
    }
    return merges;
  }
}

package org.striatum.hooks.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Weights in files that are not read, by the names that they have on the hub, and what helps.
enum OtherLayout {
  /// Parts of the weights, without the file that lists them.
  SHARDS("(model|pytorch_model)-\\d+-of-\\d+\\.(safetensors|bin)",
      "shards without the index that lists them: download model.safetensors.index.json (pytorch_model.bin.index.json) too"),
  /// The same weights in another precision.
  VARIANT("(model|pytorch_model)(\\.[\\w-]+|-\\d+-of-\\d+\\.\\w+)\\.(safetensors|bin)(\\.index\\.json)?",
      "a variant of the weights under a name of its own: link or rename it to model.safetensors (pytorch_model.bin)"),
  /// What the makers of Llama and Mistral give out.
  CONSOLIDATED("consolidated.*\\.(safetensors|pth)",
      "weights under their makers' own names: download the model*.safetensors of the same model, or convert them with the"
          + " script of transformers (convert_llama_weights_to_hf, convert_mistral_weights_to_hf)"),
  /// What llama.cpp reads.
  GGUF(".*\\.gguf", "a GGUF file, which is not read: open the checkpoint it was made from, or write one with"
      + " AutoModelForCausalLM.from_pretrained(FOLDER, gguf_file=NAME).save_pretrained(OUT)"),
  /// TensorFlow, Flax, Rust.
  OTHER_FRAMEWORK("tf_model.*\\.h5|flax_model.*\\.msgpack|rust_model\\.ot|.*\\.ckpt.*",
      "weights of another framework: download the PyTorch files of the same model, or convert them with the library that"
          + " wrote them"),
  /// A file of PyTorch that is called otherwise.
  TORCH(".*\\.(pt|pth|bin)",
      "a file under another name: if it holds the model's state dictionary, rename it to pytorch_model.bin"),
  /// A file of safetensors that is called otherwise.
  SAFETENSORS(".*\\.safetensors",
      "a file under another name: if it holds the model's weights, rename it to model.safetensors");

  private final Pattern name;
  private final String remedy;

  OtherLayout(String name, String remedy) {
    this.name = Pattern.compile(name);
    this.remedy = remedy;
  }

  /// The refusal of a folder whose weights lie in such files, the most telling first; empty if it has none.
  static Optional<CheckpointException> refusal(Path folder) throws IOException {
    List<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names = files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).sorted().toList();
    }
    for (OtherLayout layout : values()) {
      Optional<String> found = names.stream().filter(file -> layout.name.matcher(file).matches()).findFirst();
      if (found.isPresent()) {
        return Optional.of(new CheckpointException(
            "no model.safetensors and no pytorch_model.bin in " + folder + ", but " + found.get() + ", "
                + layout.remedy));
      }
    }
    return Optional.empty();
  }
}

package org.striatum.hooks.torchfile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.striatum.hooks.torchfile.StateDictPickle.View;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.MappedFile;
import org.striatum.probe.tensor.TensorFile;
import org.striatum.probe.tensor.TensorInfo;

/// A mapped file of `torch.save`: a zip archive whose entries are stored, so that a tensor is a run of the file's bytes.
///
/// Its small pickle says which tensor is where; it is read by [StateDictPickle], which runs nothing. Every shape, stride,
/// offset and size is checked against the entry that holds the storage. (Format: PyTorch, `torch/serialization.py`,
/// `_save`, and `caffe2/serialize/inline_container.h`.)
public final class TorchFile implements TensorFile {
  private static final long LARGEST_PICKLE = 32 << 20;
  private static final int MOST_DIMENSIONS = 32;
  private static final String PICKLE = "/data.pkl";

  private final MappedFile file;
  private final SequencedMap<String, TensorInfo> tensors;

  private TorchFile(MappedFile file, SequencedMap<String, TensorInfo> tensors) {
    this.file = file;
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
  }

  /// Maps the file and reads what it says of its tensors.
  ///
  /// @throws BadDataException if it is missing, malformed, or names a class that is not a tensor's, in one line
  public static TorchFile open(Path file) throws IOException {
    return MappedFile.open(file, mapped -> new TorchFile(mapped, tensors(file, mapped.bytes())));
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public SequencedMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public MemorySegment bytes() {
    return file.bytes();
  }

  @Override
  public void close() {
    file.close();
  }

  /// A line of Python that writes the same tensors in a format that is read.
  static String converting(Path file) {
    String name = file.getFileName().toString();
    return "convert it: python -c \"import torch; from safetensors.torch import save_file; save_file({k: "
        + "v.clone().contiguous() for k, v in torch.load('" + name
        + "', map_location='cpu', weights_only=True).items()}, '"
        + name.replaceFirst("\\.[^.]*$", "").replaceFirst("^pytorch_", "")
        + ".safetensors', metadata={'format': 'pt'})\"";
  }

  private static SequencedMap<String, TensorInfo> tensors(Path file, MemorySegment bytes) throws BadDataException {
    if (!StoredZip.begins(bytes)) {
      boolean pickled = bytes.byteSize() > 1 && bytes.get(ValueLayout.JAVA_BYTE, 0) == (byte) 0x80;
      throw new BadDataException(pickled
          ? file + " was written by PyTorch before 1.6 or without its zip format, which cannot be read where it lies: "
              + converting(file)
          : file + " is no file of torch.save: download it again");
    }
    SequencedMap<String, StoredZip.Entry> entries;
    try {
      entries = StoredZip.entries(file, bytes);
    } catch (BadDataException refused) {
      throw refused.getMessage().contains("is compressed")
          ? new BadDataException(refused.getMessage() + ": " + converting(file), refused)
          : refused;
    }
    String root = root(file, entries);
    requireLittleEndian(file, bytes, entries.get(root + "/byteorder"));
    List<TensorInfo> tensors = new ArrayList<>();
    for (Map.Entry<String, View> tensor : StateDictPickle.read(file, pickle(file, bytes, entries.get(root + PICKLE)))
        .entrySet()) {
      tensors.add(placed(file, tensor.getKey(), tensor.getValue(),
          entries.get(root + "/data/" + tensor.getValue().storage().key())));
    }
    tensors.sort(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::byteLength));
    SequencedMap<String, TensorInfo> byName = new LinkedHashMap<>();
    tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    return byName;
  }

  /// The folder inside the archive that holds everything.
  private static String root(Path file, SequencedMap<String, StoredZip.Entry> entries) throws BadDataException {
    List<String> roots = entries.keySet().stream().filter(name -> name.endsWith(PICKLE))
        .map(name -> name.substring(0, name.length() - PICKLE.length())).toList();
    if (roots.size() != 1) {
      throw new BadDataException(file + " must hold one data.pkl, found " + roots.size()
          + ": it is no file of torch.save");
    }
    if (entries.containsKey(roots.getFirst() + "/constants.pkl")) {
      throw new BadDataException(file + " is a TorchScript program, not weights: save the model's state dictionary");
    }
    return roots.getFirst();
  }

  private static void requireLittleEndian(Path file, MemorySegment bytes, StoredZip.Entry order)
      throws BadDataException {
    if (order == null) {
      return; // PyTorch before 2.1, on the machines it then ran on
    }
    String said = new String(bytes.asSlice(order.offset(), Math.min(16, order.length())).toArray(ValueLayout.JAVA_BYTE),
        StandardCharsets.UTF_8);
    if (!said.equals("little")) {
      throw new BadDataException(file + " must hold little-endian numbers, its byteorder is '" + said + "': "
          + converting(file));
    }
  }

  private static byte[] pickle(Path file, MemorySegment bytes, StoredZip.Entry entry) throws BadDataException {
    if (entry.length() > LARGEST_PICKLE) {
      throw new BadDataException(file + ": its data.pkl has " + entry.length() + " bytes, at most " + LARGEST_PICKLE
          + " are read: not a state dictionary");
    }
    return bytes.asSlice(entry.offset(), entry.length()).toArray(ValueLayout.JAVA_BYTE);
  }

  /// A view's own bytes, inside those of its storage.
  private static TensorInfo placed(Path file, String name, View view, StoredZip.Entry entry) throws BadDataException {
    String what = file + ": tensor '" + name + "'";
    DType dtype = view.storage().dtype();
    if (entry == null) {
      throw damaged(what + " lies in the storage '" + view.storage().key() + "', which is not there");
    }
    if (view.storage().elements() < 0 || view.storage().elements() != entry.length() / dtype.bytes()
        || entry.length() % dtype.bytes() != 0) {
      throw damaged(what + " lies in a storage of " + view.storage().elements() + " elements of " + dtype
          + ", whose entry has " + entry.length() + " bytes");
    }
    if (view.shape().size() != view.strides().size() || view.shape().size() > MOST_DIMENSIONS) {
      throw damaged(what + " must have as many strides as dimensions, at most " + MOST_DIMENSIONS + ", found "
          + view.shape().size() + " and " + view.strides().size());
    }
    long length;
    try {
      length = TensorInfo.byteLength(dtype, view.shape());
    } catch (IllegalArgumentException impossible) {
      throw new BadDataException(what + ": " + impossible.getMessage() + ": the file is damaged, download it again",
          impossible);
    }
    long elements = length / dtype.bytes();
    if (view.offset() < 0 || view.offset() > view.storage().elements()
        || elements > view.storage().elements() - view.offset()) {
      throw damaged(what + " of " + elements + " elements from element " + view.offset()
          + " on reaches beyond its storage of " + view.storage().elements());
    }
    if (elements > 0 && !isContiguous(view.shape(), view.strides())) {
      throw new BadDataException(what + " does not lie row by row (shape " + view.shape() + ", strides "
          + view.strides() + "): " + converting(file));
    }
    return new TensorInfo(name, dtype, view.shape(), entry.offset() + view.offset() * dtype.bytes(), length);
  }

  /// Whether elements lie one behind the other, the last dimension first. Strides of dimensions of one element mean nothing.
  private static boolean isContiguous(List<Long> shape, List<Long> strides) {
    long expected = 1;
    for (int i = shape.size() - 1; i >= 0; i--) {
      if (shape.get(i) != 1 && strides.get(i) != expected) {
        return false;
      }
      expected *= shape.get(i);
    }
    return true;
  }

  private static BadDataException damaged(String what) {
    return new BadDataException(what + ": the file is damaged, download it again");
  }
}

package org.striatum.hooks.torchfile;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.Unpickler;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;

/// Reads the pickle of a state dictionary: tensors by name, each a view of a storage that lies elsewhere.
///
/// Only what PyTorch writes for tensors is understood: a dozen instructions, dictionaries with names as keys, and the
/// classes listed here. Any other class or function is refused by its name before it could be called. The library below
/// has constructors of its own and makes a dictionary of any class that it does not know, so that names, keys and
/// lengths are checked here before it gets to see them.
final class StateDictPickle extends Unpickler {
  /// An instruction takes one byte and can make an object: this bounds the memory.
  private static final int MOST_INSTRUCTIONS = 8_000_000;

  private static final Map<String, DType> STORAGES = Map.of("DoubleStorage", DType.F64, "FloatStorage", DType.F32,
      "HalfStorage", DType.F16, "BFloat16Storage", DType.BF16, "LongStorage", DType.I64, "IntStorage", DType.I32,
      "ShortStorage", DType.I16, "CharStorage", DType.I8, "ByteStorage", DType.U8, "BoolStorage", DType.BOOL);

  private final Path file;
  private ByteArrayInputStream left;
  private int instructions;

  /// The elements that a tensor is a view of.
  ///
  /// @param key name of the entry that holds them
  record Storage(DType dtype, String key, long elements) {}

  /// A tensor as the pickle describes it; nothing of it is checked against the storage.
  record View(Storage storage, long offset, List<Long> shape, List<Long> strides) {}

  /// A storage's class, which the pickle names and does not call.
  private record StorageClass(DType dtype) {}

  /// A function that the pickle may call.
  private interface Known extends IObjectConstructor {
    @Override
    Object construct(Object[] arguments);
  }

  private StateDictPickle(Path file) {
    this.file = file;
  }

  /// The tensors of a state dictionary, in its order.
  ///
  /// @throws BadDataException if it is damaged, holds something else than tensors, or names another class or function
  static SequencedMap<String, View> read(Path file, byte[] pickle) throws BadDataException {
    StateDictPickle reader = new StateDictPickle(file);
    reader.left = new ByteArrayInputStream(pickle);
    Object read;
    try {
      read = reader.load(reader.left);
    } catch (BadDataException refused) {
      throw refused;
    } catch (IOException | RuntimeException | StackOverflowError broken) {
      throw new BadDataException(file + ": its pickle cannot be read: the file is damaged, download it again", broken);
    }
    if (!(read instanceof Map<?, ?> dictionary)) {
      throw new BadDataException(file + " must hold a dictionary of tensors, found something else");
    }
    SequencedMap<String, View> tensors = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : dictionary.entrySet()) {
      if (!(entry.getKey() instanceof String name) || !(entry.getValue() instanceof View view)) {
        throw new BadDataException(file + " must hold tensors by their names, found something else under '"
            + entry.getKey() + "': save the model's own state dictionary");
      }
      tensors.put(name, view);
    }
    return tensors;
  }

  @Override
  protected Object dispatch(short instruction) throws IOException {
    if (++instructions > MOST_INSTRUCTIONS) {
      throw new BadDataException(file + ": its pickle has more than " + MOST_INSTRUCTIONS
          + " instructions: no state dictionary needs that many");
    }
    switch (instruction) {
      case Opcodes.GLOBAL -> stack.add(known(line(), line()));
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        stack.add(known((String) stack.pop(), name));
      }
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        put(stack.pop(), value);
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        for (int i = 0; i + 1 < items.size(); i += 2) {
          put(items.get(i), items.get(i + 1));
        }
      }
      case Opcodes.BUILD -> stack.pop(); // attributes of a dictionary: versions of modules
      case Opcodes.BINUNICODE -> {
        requireLength();
        return super.dispatch(instruction);
      }
      case Opcodes.PROTO, Opcodes.MARK, Opcodes.STOP, Opcodes.EMPTY_TUPLE, Opcodes.TUPLE, Opcodes.TUPLE1,
          Opcodes.TUPLE2, Opcodes.TUPLE3, Opcodes.BININT, Opcodes.BININT1, Opcodes.BININT2, Opcodes.LONG1,
          Opcodes.NONE, Opcodes.NEWTRUE, Opcodes.NEWFALSE, Opcodes.BINFLOAT, Opcodes.BINPUT, Opcodes.LONG_BINPUT,
          Opcodes.BINGET, Opcodes.LONG_BINGET, Opcodes.MEMOIZE, Opcodes.FRAME, Opcodes.SHORT_BINUNICODE,
          Opcodes.BINPERSID, Opcodes.REDUCE -> {
        return super.dispatch(instruction);
      }
      default -> throw new BadDataException("%s: its pickle has the instruction 0x%02x, which no state dictionary needs"
          .formatted(file, instruction));
    }
    return NO_RETURN_VALUE;
  }

  /// The class or function of a name.
  private Object known(String module, String name) throws BadDataException {
    String whole = module + "." + name;
    return switch (whole) {
      case "collections.OrderedDict" -> (Known) _ -> new LinkedHashMap<>();
      case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor" -> (Known) StateDictPickle::view;
      case "torch._utils._rebuild_parameter" -> (Known) arguments -> arguments[0];
      default -> {
        DType dtype = module.equals("torch") ? STORAGES.get(name) : null;
        if (dtype == null) {
          throw new BadDataException(file + ": its pickle names '" + whole
              + "', which is neither a tensor nor a storage that is read; nothing was run");
        }
        yield new StorageClass(dtype);
      }
    };
  }

  /// storage, offset, shape, strides, and what is about gradients.
  private static View view(Object[] arguments) {
    return new View((Storage) arguments[0], integer(arguments[1]), integers(arguments[2]), integers(arguments[3]));
  }

  /// "storage", its class, its key, its device, its number of elements.
  @Override
  protected Object persistentLoad(Object id) {
    Object[] parts = (Object[]) id;
    if (!"storage".equals(parts[0])) {
      throw new PickleException("not a storage");
    }
    return new Storage(((StorageClass) parts[1]).dtype(), (String) parts[2], integer(parts[4]));
  }

  private static List<Long> integers(Object tuple) {
    List<Long> integers = new ArrayList<>();
    for (Object item : (Object[]) tuple) {
      integers.add(integer(item));
    }
    return integers;
  }

  private static long integer(Object item) {
    return item instanceof Integer small ? small : (Long) item;
  }

  /// Other keys than names would have to be hashed, which a pickle can make last for ever.
  @SuppressWarnings("unchecked")
  private void put(Object key, Object value) throws BadDataException {
    if (!(key instanceof String)) {
      throw new BadDataException(
          file + ": its pickle has a dictionary whose keys are no names: not a state dictionary");
    }
    ((Map<Object, Object>) stack.peek()).put(key, value);
  }

  /// Refuses a text that is longer than the pickle, before memory is taken for it.
  private void requireLength() throws BadDataException {
    left.mark(0);
    long length = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      length |= (long) Math.max(0, left.read()) << (8 * i);
    }
    if (length > left.available()) {
      throw new BadDataException(file + ": its pickle announces a text of " + length + " bytes where "
          + left.available() + " are left: the file is damaged, download it again");
    }
    left.reset();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    int character = left.read();
    while (character != '\n' && character >= 0) {
      line.append((char) character);
      character = left.read();
    }
    return line.toString();
  }
}

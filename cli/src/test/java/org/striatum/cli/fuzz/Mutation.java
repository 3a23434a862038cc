package org.striatum.cli.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes a file a little wrong, as a function of its bytes and a seed.
enum Mutation {
  FLIP {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      byte[] changed = file.clone();
      changed[place(file, random)] ^= (byte) (1 << random.nextInt(8));
      return changed;
    }
  },
  BYTE {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      byte[] changed = file.clone();
      changed[place(file, random)] = EXTREME[random.nextInt(EXTREME.length)];
      return changed;
    }
  },
  CUT {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      return Arrays.copyOf(file, random.nextInt(file.length));
    }
  },
  REMOVE {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      int from = place(file, random);
      return replaced(file, from, Math.min(file.length, from + 1 + random.nextInt(16)), new byte[0]);
    }
  },
  INSERT {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      byte[] some = new byte[1 + random.nextInt(8)];
      random.nextBytes(some);
      int at = place(file, random);
      return replaced(file, at, at, some);
    }
  },
  SPLICE {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      int from = place(file, random);
      byte[] some = Arrays.copyOfRange(file, from, Math.min(file.length, from + 1 + random.nextInt(64)));
      int at = place(file, random);
      return replaced(file, at, at, some);
    }
  },
  /// Eight bytes, such as a length before a header, become an extreme number.
  LONG {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      int at = random.nextInt(4) == 0 ? 0 : place(file, random);
      byte[] number = new byte[8];
      Arrays.fill(number, EXTREME[random.nextInt(EXTREME.length)]);
      return replaced(file, at, Math.min(file.length, at + number.length), number);
    }
  },
  /// A value of JSON, or a word of another text, becomes one that is easily forgotten.
  VALUE {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      int from = place(file, random);
      Matcher value = TOKEN.matcher(
          new String(file, from, Math.min(file.length - from, HEAD), StandardCharsets.ISO_8859_1));
      return value.find()
          ? replaced(file, from + value.start(), from + value.end(),
              VALUES.get(random.nextInt(VALUES.size())).getBytes(StandardCharsets.UTF_8))
          : FLIP.of(file, random);
    }
  };

  /// More than this is not searched for a token, nor given mutations beyond it three times in four: headers stand first.
  private static final int HEAD = 4096;
  private static final byte[] EXTREME = {0, 1, -1, 127, -128, '"', '{', '[', '\n'};
  private static final Pattern TOKEN = Pattern.compile("\"[^\"]{0,80}+\"|-?[0-9][0-9.eE+-]{0,20}+|true|false|null|[A-Za-z_]{2,20}+");
  private static final List<String> VALUES = List.of("null", "-1", "0", "1e999", "9223372036854775807", "-2147483649",
      "4294967296", "0.5", "NaN", "true", "\"\"", "\"\\u0000\"", "\"../../x\"", "\"/\"", "\"\\ud800\"", "[]", "{}",
      "[null]", "{\"a\":null}", "[".repeat(2000), "\"" + "1,111".repeat(200) + "\"");

  abstract byte[] of(byte[] file, SplittableRandom random);

  /// One to four of them, one after the other.
  static byte[] some(byte[] file, SplittableRandom random) {
    byte[] changed = file;
    for (int left = 1 + random.nextInt(4); left > 0 && changed.length > 0; left--) {
      changed = values()[random.nextInt(values().length)].of(changed, random);
    }
    return changed;
  }

  private static int place(byte[] file, SplittableRandom random) {
    return random.nextInt(random.nextInt(4) == 0 ? file.length : Math.min(file.length, HEAD));
  }

  private static byte[] replaced(byte[] file, int from, int to, byte[] by) {
    byte[] changed = new byte[file.length - (to - from) + by.length];
    System.arraycopy(file, 0, changed, 0, from);
    System.arraycopy(by, 0, changed, from, by.length);
    System.arraycopy(file, to, changed, from + by.length, file.length - to);
    return changed;
  }
}

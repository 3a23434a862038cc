package org.striatum.cli.scan;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Natural order of names: step300 before step1000. Runs of digits compare as numbers, all else by character.
enum NaturalOrder implements Comparator<String> {
  INSTANCE;

  private static final Pattern PART = Pattern.compile("\\d+|\\D+");

  @Override
  public int compare(String first, String second) {
    List<String> a = parts(first);
    List<String> b = parts(second);
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int order = number(a.get(i)) && number(b.get(i))
          ? new BigInteger(a.get(i)).compareTo(new BigInteger(b.get(i)))
          : a.get(i).compareTo(b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return a.size() != b.size() ? Integer.compare(a.size(), b.size()) : first.compareTo(second);
  }

  private static List<String> parts(String name) {
    List<String> parts = new ArrayList<>();
    for (Matcher matcher = PART.matcher(name); matcher.find();) {
      parts.add(matcher.group());
    }
    return parts;
  }

  private static boolean number(String part) {
    return part.matches("[0-9]{1,100}");
  }
}

package org.striatum.cli.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;

/// Standard output that remembers what the JDK's own forgets: that something could not be written.
public final class StandardOutput extends FilterOutputStream {
  private Optional<IOException> failure = Optional.empty();

  /// The process's.
  public StandardOutput() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  StandardOutput(OutputStream out) {
    super(out);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    try {
      out.write(bytes, from, count);
    } catch (IOException e) {
      failed(e);
    }
  }

  @Override
  public void write(int one) throws IOException {
    try {
      out.write(one);
    } catch (IOException e) {
      failed(e);
    }
  }

  private void failed(IOException e) throws IOException {
    failure = failure.isPresent() ? failure : Optional.of(e);
    throw e;
  }

  /// Why something was not written; empty if everything was, or a reader had seen enough (`| head`).
  public Optional<String> lost() {
    return failure.map(e -> String.valueOf(e.getMessage()))
        .filter(message -> !message.toLowerCase(Locale.ROOT).contains("broken pipe"));
  }
}

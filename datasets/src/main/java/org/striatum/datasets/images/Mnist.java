package org.striatum.datasets.images;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;

/// MNIST as bundled with the program: 60,000 training and 10,000 test images of handwritten digits, 28 × 28. (LeCun,
/// Cortes and Burges 1998; `mnist/ORIGIN.md` next to the files.)
public final class Mnist {
  /// Of the four uncompressed files, as published.
  private static final Map<String, Sha256> CHECKSUMS = Map.of(ImageSet.TRAIN_IMAGES,
      new Sha256("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"), ImageSet.TRAIN_LABELS,
      new Sha256("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"), ImageSet.TEST_IMAGES,
      new Sha256("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"), ImageSet.TEST_LABELS,
      new Sha256("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"));

  private Mnist() {}

  /// Reads the bundled files.
  ///
  /// @throws BadDataException if a file is not the published one
  public static ImageSet embedded() throws IOException {
    ImageSet set = ImageSet.of("MNIST", "bundled MNIST", Mnist::open);
    if (!is(set)) {
      throw new BadDataException("bundled MNIST: the files are not the published ones: build striatum again");
    }
    return set;
  }

  /// Whether these are the files of MNIST, bundled or from elsewhere.
  public static boolean is(ImageSet set) {
    return set.files().equals(CHECKSUMS);
  }

  private static IdxFile open(String name) throws IOException {
    String resource = "mnist/" + name + ".gz";
    try (InputStream in = Mnist.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new BadDataException("bundled MNIST: " + resource + " is missing: build striatum again");
      }
      byte[] gzipped = in.readAllBytes();
      return IdxFile.read(new ByteArrayInputStream(gzipped), gzipped.length, "bundled " + resource);
    }
  }
}

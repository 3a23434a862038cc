package org.striatum.reports.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class DrawingTest {
  /// As many as the largest matrix of a scan has, with its axes.
  @Test
  void aMatrixOfManyCellsIsDrawn() throws IOException {
    String cells = IntStream.range(0, 160 * 160)
        .mapToObj(i -> "<path d=\"M%d,%dh1v1h-1Z\" fill=\"#%06x\"/>".formatted(i % 160, i / 160, i))
        .collect(Collectors.joining());
    Drawing drawing = Drawing.of(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"160\" height=\"160\" viewBox=\"0 0 160 160\">" + cells
            + "</svg>");
    assertThat(ImageIO.read(new ByteArrayInputStream(drawing.png())).getRGB(3 * 80 + 1, 3 * 80 + 1) & 0xffffff)
        .isEqualTo(80 * 160 + 80);
  }
}

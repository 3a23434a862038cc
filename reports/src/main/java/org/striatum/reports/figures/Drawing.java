package org.striatum.reports.figures;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.DocumentLimits;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.FloatSize;
import de.rototor.pdfbox.graphics2d.PdfBoxGraphics2D;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;

/// An SVG document as an image of points or a page.
///
/// @param size in SVG's pixels
record Drawing(SVGDocument document, FloatSize size) {
  /// Pixels of an image per pixel of the drawing: 288 dots per inch.
  private static final int SCALE = 3;
  /// A point of print per pixel of SVG: 72 to 96 an inch.
  private static final float POINTS = 0.75f;
  /// The most marks of a drawing, of which the cells of a large matrix are most: it is our own, and the reader's 2,000 are against
  /// strangers' documents.
  private static final int MOST_MARKS = 200_000;

  static Drawing of(String svg) {
    SVGDocument document = new SVGLoader()
        .load(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)), null,
            LoaderContext.builder().documentLimits(new DocumentLimits(DocumentLimits.DEFAULT_MAX_NESTING_DEPTH,
                DocumentLimits.DEFAULT_MAX_USE_NESTING_DEPTH, MOST_MARKS)).build());
    if (document == null) {
      throw new IllegalStateException("a drawing must be an SVG document");
    }
    return new Drawing(document, document.size());
  }

  byte[] png() throws IOException {
    BufferedImage image = new BufferedImage((int) Math.ceil(SCALE * size.width), (int) Math.ceil(SCALE * size.height),
        BufferedImage.TYPE_INT_RGB);
    Graphics2D paper = image.createGraphics();
    paper.setColor(Color.WHITE);
    paper.fillRect(0, 0, image.getWidth(), image.getHeight());
    paper.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    paper.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    paper.scale(SCALE, SCALE);
    document.render(null, paper);
    paper.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.setUseCache(false);
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  /// One page of the drawing's size. Lines and letters are outlines: no font is needed to show them.
  byte[] pdf() throws IOException {
    try (PDDocument pdf = new PDDocument()) {
      PDPage page = new PDPage(new PDRectangle(POINTS * size.width, POINTS * size.height));
      pdf.addPage(page);
      PdfBoxGraphics2D paper = new PdfBoxGraphics2D(pdf, POINTS * size.width, POINTS * size.height);
      paper.scale(POINTS, POINTS);
      document.render(null, paper);
      paper.dispose();
      try (PDPageContentStream content = new PDPageContentStream(pdf, page)) {
        content.drawForm(paper.getXFormObject());
      }
      // the same figures, the same bytes
      pdf.setDocumentId(1L);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      pdf.save(bytes);
      return bytes.toByteArray();
    }
  }
}

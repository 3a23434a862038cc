package org.striatum.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixChartTest {
  /// The least contrast for text of WCAG 2.2 (1.4.3, level AA).
  private static final double READABLE = 4.5;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFigureIsReadOnTheStrongestAndOnTheFaintestCell(boolean dark) {
    JsonNode theme = Chart.theme(dark);
    double[] paper = colour(theme.at("/background"));
    double[] shade = colour(theme.at("/mark/color"));
    double[] cell = new double[3];
    for (int i = 0; i < cell.length; i++) {
      cell[i] = MatrixChart.STRONGEST * shade[i] + (1 - MatrixChart.STRONGEST) * paper[i];
    }
    double[] figure = colour(theme.at("/style/cell-figure/color"));
    assertThat(contrast(figure, cell)).isGreaterThan(READABLE);
    assertThat(contrast(figure, paper)).isGreaterThan(READABLE);
  }

  /// Red, green, blue in [0, 1].
  private static double[] colour(JsonNode hex) {
    int rgb = Integer.parseInt(hex.asText().substring(1), 16);
    return new double[]{(rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0};
  }

  private static double contrast(double[] a, double[] b) {
    double lighter = Math.max(luminance(a), luminance(b));
    double darker = Math.min(luminance(a), luminance(b));
    return (lighter + 0.05) / (darker + 0.05);
  }

  /// Relative luminance of an sRGB colour (WCAG 2.2).
  private static double luminance(double[] rgb) {
    return 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
  }

  private static double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : Math.pow((channel + 0.055) / 1.055, 2.4);
  }
}

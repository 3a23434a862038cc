package org.striatum.hooks.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertAll;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The language against Jinja 3.1.6 as transformers 5.18.0 sets it up (`golden/text/chat/make_language.py`), and what a hostile
/// template may cost.
class LanguageTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 6, 13, 2, 3);

  private static String render(String template, Map<String, ?> values) {
    return Template.of(template).render(values, NOW, RenderingLimits.DEFAULT);
  }

  private static String render(String template) {
    return render(template, Map.of());
  }

  @Test
  void everyTemplateRendersAsTheReferenceOrIsRefused() throws IOException {
    JsonNode golden = JSON.readTree(Path.of("src/test/resources/golden/text/chat/language.json").toFile());
    Map<String, ?> values = JSON.convertValue(golden.get("values"), new TypeReference<Map<String, Object>>() {});
    List<Executable> cases = new ArrayList<>();
    int rendered = 0;
    for (JsonNode each : golden.get("cases")) {
      String template = each.get("template").textValue();
      boolean refused = each.get("rendered").isNull() || each.path("refused").asBoolean();
      rendered += refused ? 0 : 1;
      cases.add(refused
          ? () -> assertThatThrownBy(() -> render(template, values)).as(template)
              .isInstanceOf(TemplateException.class)
          : () -> assertThat(render(template, values)).as(template).isEqualTo(each.get("rendered").textValue()));
    }
    assertThat(rendered).isGreaterThan(700);
    assertAll(cases);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{{ [].__class__ }} | __class__",
      "{{ ''['__globals__'] }} | __globals__",
      "{% set x = [] %}{{ x.append(1) }} | 'append'", "{{ {}.update({}) }} | 'update'",
      "{% import 'os' as os %} | 'import'",
      "{{ '%s' % 1 }} | '%'", "{{ 'x'.format(1) }} | 'format'", "{{ 1 .__class__ }} | __class__",
      "{{ lipsum }} | 'lipsum'",
      "{% frobnicate %} | 'frobnicate'", "{% for a in b recursive %}{% endfor %} | 'recursive'",
      "{{ 2 ** 70 }} | 64 bits", "{{ strftime_now('%Q') }} | '%Q'", "{{ self.x }} | 'self'"})
  void aRefusalNamesTheConstruct(String template, String named) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class).hasMessageContaining(named)
        .hasMessageContaining("line 1");
  }

  /// `|` divides the columns above.
  @ParameterizedTest
  @ValueSource(strings = {"frobnicate", "urlencode", "groupby", "e"})
  void anUnknownFilterIsNamed(String filter) {
    assertThatThrownBy(() -> render("\n{{ 'x' | " + filter + " }}")).isInstanceOf(TemplateException.class)
        .hasMessageContaining("'" + filter + "'").hasMessageContaining("line 2");
  }

  @Test
  void aTemplateMayRefuseWhatItIsGiven() {
    assertThatThrownBy(() -> render("\n\n{{ raise_exception('roles\nmust alternate') }}"))
        .isInstanceOfSatisfying(TemplateException.class, refused -> assertThat(refused.raised()).isTrue())
        .hasMessage("template, line 3: roles must alternate");
    assertThatThrownBy(() -> render("{{ 1 / 0 }}"))
        .isInstanceOfSatisfying(TemplateException.class, refused -> assertThat(refused.raised()).isFalse());
  }

  @ParameterizedTest
  @CsvSource({"%d %b %Y,06 Jul 2024", "%Y-%m-%d,2024-07-06", "%B %-d,July 6", "%A %a,Saturday Sat",
      "%I:%M:%S %p,01:02:03 PM",
      "%H %j %y %%,13 188 24 %"})
  void datesAreWrittenAsPythonWritesThem(String format, String date) {
    assertThat(render("{{ strftime_now('" + format + "') }}")).isEqualTo(date);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
      "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}",
      "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
      "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
      "{{ 'x' * 10 ** 12 }}", "{{ [0] * 10 ** 12 }}", "{{ 'x'.center(10 ** 12) }}", "{{ '1'.zfill(10 ** 12) }}",
      "{{ 'x'.ljust(10 ** 12) }}", "{{ range(10 ** 12) }}", "{{ strftime_now('%Y' * 10 ** 7) }}",
      "{{ 'x' * 3 * 10 ** 6 }}", "{{ [1] | batch(10 ** 9, 'x') | list }}",
      "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
      "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
      "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s | replace('x', 'xx') %}{% endfor %}",
      "{% set ns = namespace(s=[0]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
      "{% set ns = namespace(s=[0]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
      "{% set ns = namespace(s=[0]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s | tojson }}",
      "{% set a = namespace(s=[0], t=[0]) %}{% for i in range(99) %}{% set a.s = [a.s, a.s] %}{% set a.t = [a.t, a.t] %}"
          + "{% endfor %}{{ a.s == a.t }}",
      "{% set ns = namespace() %}{% set ns.self = ns %}{{ ns }}", "{{ 'ab' | indent(10 ** 12) }}",
      "{{ [1] | tojson(indent=10 ** 12) }}",
      "{% set x = 'a' * 10 ** 6 %}{% for i in range(99999) %}{% set y = x.split('a') %}{% endfor %}",
      "{% set x = 'a' * 10 ** 6 %}{% for i in range(99999) %}{% if x.find('b') > 0 %}{% endif %}{% endfor %}"})
  void aTemplateThatCostsTooMuchIsStopped(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
  }

  @Test
  void everyLimitIsHeld() {
    String loop = "{% for i in range(1000) %}{{ 'abc' }}{% endfor %}";
    Duration ample = Duration.ofMinutes(5);
    assertThat(Template.of(loop).render(Map.of(), NOW, new RenderingLimits(100_000, 50, 100_000, 3000, ample)))
        .hasSize(3000);
    for (RenderingLimits tight : List.of(new RenderingLimits(1000, 50, 100_000, 3000, ample),
        new RenderingLimits(100_000, 2, 100_000, 3000, ample),
        new RenderingLimits(100_000, 50, 2999, 3000, ample), new RenderingLimits(100_000, 50, 100_000, 2999, ample),
        new RenderingLimits(100_000, 50, 100_000, 3000, Duration.ofNanos(1)))) {
      assertThatThrownBy(() -> Template.of(loop).render(Map.of(), NOW, tight)).isInstanceOf(TemplateException.class);
    }
  }

  @Test
  void nestingAndSizeAreBoundedBeforeTheyAreRead() {
    List<String> hostile = List.of("{{ " + "(".repeat(100_000), "{{ " + "[".repeat(100_000),
        "{{ " + "not ".repeat(100_000),
        "{{ " + "-".repeat(100_000) + "1 }}", "{% if 1 %}".repeat(100_000),
        "{{ 1" + " if 1 else 1".repeat(100_000) + " }}",
        "{{ a" + "[1".repeat(100_000), "{{ " + "1_".repeat(100_000) + "1.5 }}".repeat(2), "x".repeat(10 << 20));
    for (String template : hostile) {
      assertThatThrownBy(() -> Template.of(template)).isInstanceOf(TemplateException.class);
    }
    assertThatThrownBy(() -> render("{{ 1" + " + 1".repeat(100_000) + " }}")).isInstanceOf(TemplateException.class);
    assertThat(render("{{ 1" + " + 1".repeat(200) + " }}")).isEqualTo("201");
  }

  @Test
  void valuesGoInAsTheyAre() {
    Map<String, Object> values = Map.of("list", List.of(1, 2L, 0.5, true, "a"), "map", Map.of("k", List.of()));
    assertThat(render("{{ list }} {{ map }}", values)).isEqualTo("[1, 2, 0.5, True, 'a'] {'k': []}");
    assertThatThrownBy(() -> render("", Map.of("x", new Object()))).isInstanceOf(IllegalArgumentException.class);
    assertThat(render("{{ x }}", Map.of("x", BigInteger.valueOf(Long.MIN_VALUE)))).isEqualTo("-9223372036854775808");
    assertThatThrownBy(() -> render("", Map.of("x", BigInteger.TWO.pow(63)))).isInstanceOf(TemplateException.class);
  }

  @Test
  void aTemplateIsReadOnceAndKeepsNothing() {
    Template template = Template.of("{% set x = (x or 0) + n %}{{ x }}");
    assertThat(IntStream.range(0, 3).mapToObj(n -> template.render(Map.of("n", n), NOW, RenderingLimits.DEFAULT)))
        .containsExactly("0", "1", "2");
  }
}

'use strict';
(() => {
  const page = JSON.parse(document.getElementById('charts').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const charts = page.charts.map(chart => ({...chart, host: document.getElementById(chart.id)}));
  const columns = {};
  let printing = false;

  // As many legend columns as fit: Vega does not wrap legends itself.
  function legendColumns(chart, width) {
    const names = chart.spec.layer.flatMap(layer => layer.encoding.color?.scale?.domain ?? []);
    const longest = Math.max(1, ...names.map(name => name.length));
    return Math.max(1, Math.floor((width - 20) / (longest * 6.8 + 42)));
  }

  async function draw(chart) {
    const width = chart.host.clientWidth;
    const theme = dark.matches && !printing ? page.dark : page.light;
    const choice = chart.host.closest('figure').querySelector('.choice');
    const chosen = chart.result?.spec.params && chart.result.view.signal('chosen');
    const spec = structuredClone(chart.spec);
    if (chosen !== undefined) {
      spec.params[0].value = chosen;
    }
    spec.data = {values: chart.rows.map(row => Object.fromEntries(row.map((v, i) => [chart.columns[i], v])))};
    columns[chart.id] = legendColumns(chart, width);
    const foot = chart.host.closest('figure').querySelector('.figure-foot');
    chart.result?.finalize();
    foot.querySelector('.vega-actions')?.remove();
    choice?.replaceChildren();
    // `ast`: expressions are interpreted, so the page's policy need not allow code made from strings.
    chart.result = await vegaEmbed(chart.host, spec, {
      mode: 'vega-lite', renderer: 'svg', ast: true, defaultStyle: false, bind: choice ?? undefined,
      config: {...theme, legend: {...theme.legend, columns: columns[chart.id]}},
      actions: {export: true, source: false, compiled: false, editor: false},
      i18n: {SVG_ACTION: 'SVG', PNG_ACTION: 'PNG'}, downloadFileName: chart.id, scaleFactor: 2,
      tooltip: {disableDefaultStyle: true},
    });
    foot.prepend(chart.host.querySelector('.vega-actions'));
  }

  function drawAll() {
    return Promise.all(charts.map(chart => draw(chart).catch(error => {
      console.error(chart.id, error);
      chart.host.textContent = 'This chart could not be drawn; its figures are under Data. ' + error.message;
    })));
  }

  const tableColumns = chart => chart.columns.map((_, i) => i).filter(i => !chart.columns[i].startsWith('_'));

  function element(name, text) {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  }

  function table(chart) {
    const made = document.createElement('table');
    const shown = tableColumns(chart);
    made.createTHead().insertRow().append(...shown.map(i => element('th', chart.columns[i].replaceAll('_', ' '))));
    const body = made.createTBody();
    for (const row of chart.rows) {
      body.insertRow().append(...shown.map(i => {
        const value = row[i];
        const cell = element('td', value === null ? '–' : typeof value === 'number' ? +value.toPrecision(6) : value);
        cell.className = typeof value === 'number' ? 'number' : '';
        return cell;
      }));
    }
    return made;
  }

  // Cells that a spreadsheet would take for a formula are marked as text.
  function csv(chart) {
    const field = value => value === null ? '' : typeof value !== 'string' ? value
      : '"' + (/^[=+\-@\t\r]/.test(value) ? "'" : '') + value.replaceAll('"', '""') + '"';
    const shown = tableColumns(chart);
    const lines = [shown.map(i => chart.columns[i]), ...chart.rows.map(row => shown.map(i => field(row[i])))];
    return lines.map(line => line.join(',')).join('\r\n') + '\r\n';
  }

  for (const chart of charts) {
    const data = chart.host.closest('figure').querySelector('.figure-data');
    data.addEventListener('toggle', () => {
      if (data.querySelector('table')) {
        return;
      }
      const link = element('a', '↓ CSV');
      link.href = 'data:text/csv;charset=utf-8,' + encodeURIComponent(csv(chart));
      link.download = chart.id + '.csv';
      const box = element('div', '');
      box.className = 'scroll';
      box.tabIndex = 0;
      box.append(table(chart));
      data.append(link, box);
    });
  }

  // A token's value, for those who tap instead of hovering.
  document.addEventListener('click', event => {
    const token = event.target.closest?.('.tokens span');
    if (token) {
      token.closest('.rollout').querySelector('.reading').textContent = token.title;
    }
  });

  let waiting = 0;
  addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      charts.filter(chart => legendColumns(chart, chart.host.clientWidth) !== columns[chart.id]).forEach(draw);
    }, 150);
  });
  dark.addEventListener('change', drawAll);
  // Paper is light. Drawing awaits nothing but itself, so it is done before the browser lays the paper out.
  for (const [event, state] of [['beforeprint', true], ['afterprint', false]]) {
    addEventListener(event, () => {
      printing = state;
      if (dark.matches) {
        drawAll();
      }
    });
  }
  drawAll().then(() => { document.documentElement.dataset.drawn = charts.length; });
})();

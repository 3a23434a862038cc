// Charts whose marks are not those of their data, layer by layer: [] where every row that a layer shows is drawn.
(() => {
  const wrong = [];
  const page = JSON.parse(document.getElementById('charts').textContent);
  for (const chart of page.charts) {
    const host = document.getElementById(chart.id);
    const chosen = chart.spec.params?.[0].value;
    const rows = chart.rows.map(row => Object.fromEntries(row.map((v, i) => [chart.columns[i], v])));
    const passes = (filter, datum) => !filter
      || new Function('datum', 'chosen', 'isValid', 'return ' + filter)(datum, chosen, v => v !== null && v === v);
    const shown = rows.filter(datum => (chart.spec.transform ?? []).every(t => passes(t.filter, datum)));
    chart.spec.layer.forEach((layer, i) => {
      const type = layer.mark.type;
      const positions = Object.values(layer.encoding).filter(c => c.type === 'quantitative').map(c => c.field);
      const own = shown.filter(datum => (layer.transform ?? []).every(t => passes(t.filter, datum)));
      const drawable = own.filter(datum => positions.every(field => datum[field] !== null));
      const found = name => host.querySelectorAll(`svg .layer_${i}_${name} > path, svg .layer_${i}_${name} > line, `
        + `svg .layer_${i}_${name} > text, svg .layer_${i}_${name} > g > path`).length;
      let expected;
      let drawn;
      if (type === 'line' || type === 'area') {
        const by = ['color', 'detail'].map(c => layer.encoding[c]?.field).filter(field => field);
        expected = own.length === 0 ? 0 : new Set(own.map(datum => by.map(field => datum[field]).join('\n'))).size;
        drawn = host.querySelectorAll(`svg .layer_${i}_pathgroup svg, svg .layer_${i}_marks > path`).length;
      } else {
        expected = drawable.length;
        drawn = found('marks');
      }
      if (expected !== drawn) {
        wrong.push(`${chart.id}, layer ${i} (${type}): ${expected} in the data, ${drawn} drawn`);
      }
    });
  }
  return wrong;
})()

'use strict';
(() => {
  const page = JSON.parse(document.getElementById('charts').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const charts = page.charts.map(chart => ({...chart, host: document.getElementById(chart.id)}));
  const columns = {};
  let printing = false;

  // A table that does not fit is one block a row: every cell then says what column it is of.
  function label(table) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map(head => {
      const words = head.cloneNode(true);
      words.querySelectorAll('.interval').forEach(below => { below.textContent = ' / ' + below.textContent; });
      return words.textContent.trim();
    });
    const below = [];
    for (const row of table.tBodies[0]?.rows ?? []) {
      let column = 0;
      for (const cell of row.cells) {
        while (below[column] > 0) {
          below[column++]--;
        }
        if (cell.dataset.label === undefined && cell.scope !== 'row' && cell.scope !== 'rowgroup' && heads[column]) {
          cell.dataset.label = heads[column];
        }
        for (let i = 0; i < cell.colSpan; i++) {
          below[column++] = cell.rowSpan - 1;
        }
      }
      while (below[column] > 0) {
        below[column++]--;
      }
    }
  }
  const tables = [...document.querySelectorAll('main .scroll > table')];
  tables.forEach(label);

  // A table is as it is where its columns fit, else with lines broken, else one block a row. What lies in closed details has no width yet.
  const narrow = matchMedia('(max-width: 40rem)');
  const hides = table => table.parentElement.scrollWidth > table.parentElement.clientWidth + 1;
  function lay(chosen) {
    chosen.forEach(table => table.classList.remove('tight', 'rows'));
    chosen.filter(hides).forEach(table => table.classList.add('tight'));
    chosen.filter(table => narrow.matches || hides(table)).forEach(table => table.classList.add('rows'));
  }
  lay(tables);
  const widths = new WeakMap();
  const resized = new ResizeObserver(boxes => {
    const changed = boxes.map(box => box.target).filter(box => widths.get(box) !== box.clientWidth);
    changed.forEach(box => widths.set(box, box.clientWidth));
    requestAnimationFrame(() => lay(changed.map(box => box.querySelector('table'))));
  });
  tables.forEach(table => resized.observe(table.parentElement));

  // A long name such as that of a hook point may break after its dots and strokes, not inside its words.
  for (const name of document.querySelectorAll('.facts dt, h3 .mono, summary .mono, p .mono')) {
    for (const text of [...name.childNodes].filter(node => node.nodeType === Node.TEXT_NODE && /[._]\w/.test(node.data))) {
      text.replaceWith(...text.data.split(/(?<=[._])(?=\w)/).flatMap((part, i) => i ? [document.createElement('wbr'), part] : [part]));
    }
  }

  // As many legend columns as fit: Vega does not wrap legends itself.
  function legendColumns(chart, width) {
    const names = chart.spec.layer.flatMap(layer => layer.encoding.color?.scale?.domain ?? []);
    const longest = Math.max(1, ...names.map(name => name.length));
    return Math.max(1, Math.floor((width - 20) / (longest * 6.8 + 42)));
  }

  // What lies in closed details has no width yet: it is drawn when they open.
  const hidden = chart => chart.host.closest('details:not([open])') !== null;

  async function draw(chart) {
    chart.begun = true;
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

  function drawAll(chosen) {
    return Promise.all(chosen.map(chart => draw(chart).catch(error => {
      console.error(chart.id, error);
      chart.host.textContent = 'This chart could not be drawn; its figures are under Data. ' + error.message;
    })));
  }

  const seen = () => charts.filter(chart => !hidden(chart));

  const tableColumns = chart => chart.columns.map((_, i) => i).filter(i => !chart.columns[i].startsWith('_'));

  function element(name, text) {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  }

  function table(chart) {
    const made = document.createElement('table');
    made.className = 'cells';
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

  // The figures themselves: one object a row, under the columns' names.
  function json(chart) {
    const shown = tableColumns(chart);
    return JSON.stringify(chart.rows.map(row => Object.fromEntries(shown.map(i => [chart.columns[i], row[i]]))), null, 1);
  }

  // A link that makes its file when it is reached: by pointer or by key.
  function exported(chart, name, type, content) {
    const link = element('a', name.toUpperCase());
    link.className = 'export';
    link.href = '#' + chart.id;
    link.download = chart.id + '.' + name;
    const fill = () => { link.href = 'data:' + type + ';charset=utf-8,' + encodeURIComponent(content(chart)); };
    for (const event of ['mousedown', 'focus', 'click']) {
      link.addEventListener(event, fill);
    }
    return link;
  }

  for (const chart of charts) {
    const data = chart.host.closest('figure').querySelector('.figure-data');
    data.before(exported(chart, 'csv', 'text/csv', csv), exported(chart, 'json', 'application/json', json));
    data.addEventListener('toggle', () => {
      if (data.querySelector('table')) {
        return;
      }
      const box = element('div', '');
      box.className = 'scroll';
      box.tabIndex = 0;
      box.setAttribute('role', 'region');
      box.setAttribute('aria-label', 'Data of the chart');
      box.append(table(chart));
      data.append(box);
    });
  }

  // The engine's links make their files when a mouse presses them; a key that reaches them is as good.
  document.addEventListener('focusin', event => {
    if (event.target.matches('.vega-actions a')) {
      event.target.dispatchEvent(new MouseEvent('mousedown', {cancelable: true}));
    }
  });

  // A token's value, for those who tap or use keys instead of hovering.
  function read(token) {
    const all = token.closest('.tokens');
    all.querySelector('.read')?.classList.remove('read');
    token.classList.add('read');
    token.closest('.rollout').querySelector('.reading').textContent = token.title;
  }
  document.addEventListener('click', event => {
    const token = event.target.closest?.('.tokens span');
    if (token) {
      read(token);
    }
  });
  for (const all of document.querySelectorAll('.tokens')) {
    all.addEventListener('keydown', event => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (step) {
        event.preventDefault();
        const tokens = [...all.children];
        const next = tokens[tokens.indexOf(all.querySelector('.read')) + step] ?? tokens[step > 0 ? 0 : tokens.length - 1];
        read(next);
        next.scrollIntoView({block: 'nearest'});
      }
    });
  }

  // Glossary: where a term first stands in a section it becomes a button (in the line, where a real one would break it) that tells what it
  // means.
  const tip = element('div', '');
  tip.id = 'tip';
  tip.setAttribute('role', 'tooltip');
  tip.hidden = true;
  document.body.append(tip);
  const meanings = new Map();
  for (const entry of document.querySelectorAll('.glossary > div')) {
    entry.dataset.forms.split('|').forEach(form => meanings.set(form, entry));
  }
  const forms = [...meanings.keys()].sort((a, b) => b.length - a.length)
    .map(form => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const standsAlone = forms && new RegExp('(?<![\\p{L}\\p{N}_])(' + forms + ')(?![\\p{L}\\p{N}_])', 'u');
  const places = 'p, li, th, dt, figcaption';
  const untouched = 'a, button, pre, summary, .mono, .stacked thead, .rollout h3, .chart, .glossary, .lede, .contents, [dir]';

  function explain(section) {
    const told = new Set();
    const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (parent.closest(places) && !parent.closest(untouched)) {
        texts.push(walker.currentNode);
      }
    }
    for (let text of texts) {
      for (let rest = text, found; rest && (found = standsAlone.exec(rest.data));) {
        const entry = meanings.get(found[0]);
        rest = rest.splitText(found.index);
        const word = rest;
        rest = word.splitText(found[0].length);
        if (!told.has(entry)) {
          told.add(entry);
          const button = element('span', '');
          button.className = 'term';
          button.tabIndex = 0;
          button.setAttribute('role', 'button');
          button.setAttribute('aria-describedby', 'tip');
          word.replaceWith(button);
          button.append(word);
          button.entry = entry;
        }
      }
    }
  }
  if (forms) {
    document.querySelectorAll('main > section:not(#glossary)').forEach(explain);
  }

  let told = null;
  function tell(button) {
    told = button;
    tip.replaceChildren(element('strong', button.entry.querySelector('dt').textContent + ' '),
      button.entry.querySelector('dd').textContent);
    tip.hidden = false;
    place();
  }
  function place() {
    const button = told;
    const word = button.getBoundingClientRect();
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(word.left, document.documentElement.clientWidth - box.width - 8)) + 'px';
    tip.style.top = (word.bottom + box.height + 8 < innerHeight ? word.bottom + 4 : Math.max(4, word.top - box.height - 4)) + 'px';
  }
  function hush() {
    told = null;
    tip.hidden = true;
  }
  const term = event => event.target.closest?.('.term');
  document.addEventListener('pointerover', event => event.pointerType === 'mouse' && term(event) && tell(term(event)));
  document.addEventListener('pointerout', event => event.pointerType === 'mouse' && term(event) && hush());
  document.addEventListener('focusin', event => term(event) && tell(term(event)));
  document.addEventListener('focusout', event => term(event) && hush());
  document.addEventListener('click', event => term(event) ? tell(term(event)) : told && hush());
  document.addEventListener('keydown', event => event.key === 'Escape' && hush());
  // A key that reaches a word scrolls to it: what is told goes along.
  addEventListener('scroll', () => told && place(), {passive: true, capture: true});

  // A link into closed details opens them.
  function reveal(target) {
    for (let at = target?.closest('details'); at; at = at.parentElement.closest('details')) {
      at.open = true;
    }
    target?.scrollIntoView();
  }
  const linked = () => location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  addEventListener('hashchange', () => linked() && reveal(linked()));
  document.addEventListener('click', event => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && link.hash === location.hash && linked()) {
      reveal(linked());
    }
  });
  document.addEventListener('toggle', event => {
    if (event.target.open) {
      drawAll(seen().filter(chart => !chart.begun && event.target.contains(chart.host)));
    }
  }, true);

  let waiting = 0;
  addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      seen().filter(chart => legendColumns(chart, chart.host.clientWidth) !== columns[chart.id]).forEach(draw);
    }, 150);
  });
  dark.addEventListener('change', () => drawAll(seen()));
  // Paper is light. Drawing awaits nothing but itself, so it is done before the browser lays the paper out.
  let opened = [];
  addEventListener('beforeprint', () => {
    printing = true;
    hush();
    opened = [...document.querySelectorAll('main details[data-print]:not([open])')];
    opened.forEach(details => { details.open = true; });
    drawAll(seen().filter(chart => dark.matches || !chart.begun));
  });
  addEventListener('afterprint', () => {
    printing = false;
    opened.forEach(details => { details.open = false; });
    if (dark.matches) {
      drawAll(seen());
    }
  });
  drawAll(seen()).then(() => {
    document.documentElement.dataset.drawn = seen().length;
    if (linked()) {
      reveal(linked());
    }
  });
})();

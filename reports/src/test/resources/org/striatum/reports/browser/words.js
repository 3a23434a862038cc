// Words of a page that stand in two lines, up to a length that every line must hold: [] where none is broken.
(() => {
  const longest = 26;
  const broken = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest('script, style, noscript, pre, svg, select, .hidden, .in-context, .cells') || !parent.checkVisibility()) {
      continue;
    }
    range.selectNodeContents(node);
    if (range.getClientRects().length < 2) {
      continue;
    }
    for (const word of node.data.matchAll(/[\p{L}\p{N}]+/gu)) {
      if (word[0].length > longest) {
        continue;
      }
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].filter(r => r.width > 0).map(r => Math.round(r.top))).size > 1) {
        broken.add(word[0] + ' in: ' + parent.textContent.trim().slice(0, 60));
      }
    }
  }
  return [...broken];
})()

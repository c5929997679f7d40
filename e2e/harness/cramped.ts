/**
 * A script for a page: finds texts that are squeezed into a column of a few letters, cut off without a title that says the rest, or
 * beside the screen or its control, and controls that are not wholly on it. Only on a phone may a table be wider than its place, but not
 * with a button in what is hidden.
 */
export const CRAMPED = `(() => {
  const found = new Set();
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.add('the page is ' + document.documentElement.scrollWidth + ' px wide');
  const ancestor = (from, fits) => {
    for (let at = from; at && at !== document.body; at = at.parentElement) if (fits(at)) return at;
  };
  const scrolls = (at) => /auto|scroll/.test(getComputedStyle(at).overflowX);
  const nameOf = (at) => at.tagName.toLowerCase() + ' "' + (at.getAttribute('aria-label') ?? at.textContent).trim().slice(0, 60) + '"';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim();
    const at = node.parentElement;
    if (text.length < 2 || !at || at.closest('script, style, svg') || ancestor(at, (one) => getComputedStyle(one).clipPath !== 'none')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
    if (boxes.length === 0) continue;
    const lines = new Set(boxes.map((box) => Math.round(box.top))).size;
    if (lines > 3 && text.length / lines < 9) found.add('squeezed into ' + lines + ' lines: ' + nameOf(at));
    const right = Math.max(...boxes.map((box) => box.right));
    const cuts = ancestor(at, (one) => scrolls(one) || (/hidden|clip/.test(getComputedStyle(one).overflowX) && right > one.getBoundingClientRect().right + 1));
    if (cuts && !scrolls(cuts)) {
      if (!at.closest('[title]')) found.add('cut off: ' + nameOf(at));
    } else if (!cuts && right > width + 1) found.add('beside the screen: ' + nameOf(at));
    const control = at.closest('a, button');
    const border = control ? parseFloat(getComputedStyle(control).borderRightWidth) : 0;
    if (control && !cuts && right > control.getBoundingClientRect().right + (border > 0 ? -3 : 0.5)) {
      found.add('beside its control: ' + nameOf(at));
    }
  }
  for (const at of document.querySelectorAll('a, button, input, select, textarea')) {
    const { left, right, width: wide } = at.getBoundingClientRect();
    if (wide > 0 && (left < -1 || right > width + 1) && !ancestor(at, scrolls) && !at.closest('[class*=skip], .visually-hidden')) {
      found.add('beside the screen: ' + nameOf(at));
    }
  }
  const isPhone = width < 700;
  for (const at of document.querySelectorAll(isPhone ? 'td button' : 'table')) {
    const room = ancestor(at, scrolls);
    if (room && at.getBoundingClientRect().right > room.getBoundingClientRect().right + 1) found.add('hidden until one scrolls: ' + nameOf(at));
  }
  return [...found];
})()`;

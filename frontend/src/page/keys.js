// Keyboard: j/k move through the rows of [data-list], x ticks, Enter opens, / searches, ? helps.
// A button or link with data-key="a" is pressed by that key.

let here = -1;

export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, textarea, select, [contenteditable], .djs-parent, .bio-properties-panel')) {
      if (event.key === 'Escape') event.target.blur();
      if (event.target.type !== 'checkbox') return;
    }
    if (document.querySelector('dialog[open]')) return;
    if (act(event.key, event)) event.preventDefault();
  });
}

function act(key, event) {
  if (key === 'j' || key === 'k') return move(key === 'j' ? 1 : -1);
  if (key === 'x') return press(rows()[here]?.querySelector('input[type=checkbox]'));
  if (key === 'Enter') return !event.target.closest('a, button, summary') && press(rows()[here]?.querySelector('a[href]'));
  if (key === '/') return focus(document.querySelector('[data-search]'));
  if (key === '?') return press(document.querySelector('[data-open-dialog="keys"]'));
  return key.length === 1 && press(document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`));
}

function rows() {
  return [...document.querySelectorAll('[data-list] > tr, [data-list] > li')].filter((row) => !row.hidden);
}

function move(by) {
  const all = rows();
  if (!all.length) return false;
  all[here]?.classList.remove('cs-here');
  here = Math.min(Math.max(here + by, 0), all.length - 1);
  all[here].classList.add('cs-here');
  all[here].scrollIntoView({ block: 'nearest' });
  all[here].querySelector('a[href]')?.focus({ preventScroll: true });
  return true;
}

function press(element) {
  element?.click();
  return Boolean(element);
}

function focus(element) {
  element?.focus();
  element?.select?.();
  return Boolean(element);
}

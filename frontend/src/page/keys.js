// Keyboard: j/k move through the rows of [data-list], x ticks, Enter opens, / searches, ? helps.
// A button or link with data-key="a" is pressed by that key. f goes to the first field of [data-work];
// Ctrl+Enter, from a field too, presses [data-main], or what confirms the dialog that is open.

let here = -1;

export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key === 'Enter' && !event.repeat && press(main())) event.preventDefault();
      return;
    }
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
  if (key === 'f') return focus(document.querySelector('[data-work] :is(input:not([type=hidden]), select, textarea)'), false);
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

function main() {
  const dialog = document.querySelector('dialog[open]');
  return dialog ? dialog.querySelector('.cs-dialog-foot button:not([data-close-dialog])') : document.querySelector('[data-main]');
}

function focus(element, selects = true) {
  element?.focus();
  if (selects) element?.select?.();
  return Boolean(element);
}

// [data-phrases="field"]: a <details> whose buttons [data-phrase] put their words in at the cursor of
// the text field with that id. While it is open the keys 1 to 9 choose, the arrows move.

export function startPhrases() {
  for (const menu of document.querySelectorAll('details[data-phrases]')) start(menu);
}

function start(menu) {
  const field = document.getElementById(menu.dataset.phrases);
  const buttons = () => [...menu.querySelectorAll('[data-phrase]')];
  menu.addEventListener('toggle', () => {
    if (menu.open) buttons()[0]?.focus();
  });
  menu.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-phrase]');
    if (!button) return;
    menu.open = false;
    insert(field, button.dataset.phrase);
  });
  menu.addEventListener('keydown', (event) => {
    if (!menu.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = buttons();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = /^[1-9]$/.test(event.key) ? all[Number(event.key) - 1] : null;
    if (!step && !chosen) return;
    event.preventDefault();
    event.stopPropagation();
    if (chosen) chosen.click();
    else all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
}

function insert(field, words) {
  const before = field.value.slice(0, field.selectionStart);
  const gap = before && /[\w.,;:!?]$/.test(before) ? ' ' : '';
  field.setRangeText(gap + words, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
}

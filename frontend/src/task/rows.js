// Lists in forms: [data-form-rows="indicators"] holds rows [data-row] and a <template> of a new one,
// whose names carry __new__. A row's index says which stored row it is, so rows are never numbered
// again: a new one gets an index that no row has had. Its place travels in <list>.<index>.__row.

export function startRows() {
  document.addEventListener('click', (event) => {
    const add = event.target.closest('[data-new-row]');
    const drop = event.target.closest('[data-drop-row]');
    if (!add && !drop) return;
    event.preventDefault();
    const list = (add ?? drop).closest('[data-form-rows]');
    if (add) newRow(list);
    else changed(list, dropRow(list, drop.closest('[data-row]')));
  });
  for (const list of document.querySelectorAll('[data-form-rows]')) renumber(list);
}

/** Adds an empty row and gives it. */
export function newRow(list) {
  return changed(list, addRow(list));
}

function changed(list, row) {
  renumber(list);
  list.dispatchEvent(new Event('input', { bubbles: true }));
  return row;
}

function rowsOf(list) {
  return [...list.querySelectorAll('[data-rows-here] > [data-row]')];
}

function addRow(list) {
  const row = list.querySelector('template').content.firstElementChild.cloneNode(true);
  const index = nextIndex(list);
  for (const element of [row, ...row.querySelectorAll('*')]) {
    for (const { name, value } of [...element.attributes]) {
      if (value.includes('__new__')) element.setAttribute(name, value.replaceAll('__new__', index));
    }
  }
  list.querySelector('[data-rows-here]').append(row);
  row.querySelector('input:not([type=hidden]), textarea, select')?.focus();
  return row;
}

function dropRow(list, row) {
  const rows = rowsOf(list);
  const here = rows.indexOf(row);
  const next = rows[here + 1] ?? rows[here - 1];
  row.remove();
  (next?.querySelector('input:not([type=hidden]), textarea, select') ?? list.querySelector('[data-new-row]'))?.focus();
}

function nextIndex(list) {
  const prefix = `${list.dataset.formRows}.`;
  const used = [...list.querySelectorAll('[data-row-place]')]
    .map(({ name }) => Number(name.slice(prefix.length).split('.')[0]))
    .filter(Number.isInteger);
  const next = Math.max(-1, Number(list.dataset.lastIndex ?? -1), ...used) + 1;
  list.dataset.lastIndex = next;
  return String(next);
}

function renumber(list) {
  const rows = rowsOf(list);
  rows.forEach((row, place) => {
    row.querySelector('[data-row-place]').value = place;
    for (const number of row.querySelectorAll('[data-row-number]')) number.textContent = place + 1;
  });
  const add = list.querySelector('[data-new-row]');
  if (add) add.disabled = rows.length >= Number(list.dataset.maxRows);
  const count = document.querySelector(`[data-row-count="${CSS.escape(list.dataset.formRows)}"]`);
  if (count) count.textContent = rows.length;
}

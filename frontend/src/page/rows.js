// Tables in forms: [data-rows="indicators"] holds rows [data-row] and a <template> for a new one,
// whose names carry __index__ (`indicators.__index__.weight`). Buttons: data-add-row (anywhere with
// the table's name), data-remove-row (inside a row). Rows are numbered again after each change.

export function startRows() {
  document.addEventListener('click', ({ target }) => {
    const add = target.closest('[data-add-row]');
    if (add) addRow(document.querySelector(`[data-rows="${CSS.escape(add.dataset.addRow)}"]`));
    const remove = target.closest('[data-remove-row]');
    if (remove) removeRow(remove.closest('[data-row]'));
  });
}

function addRow(table) {
  const template = table.querySelector('template');
  const row = template.content.firstElementChild.cloneNode(true);
  template.before(row);
  number(table);
  row.querySelector('input:not([type=hidden]), textarea, select')?.focus();
}

function removeRow(row) {
  const table = row.closest('[data-rows]');
  const next = row.nextElementSibling?.matches('[data-row]') ? row.nextElementSibling : row.previousElementSibling;
  row.remove();
  number(table);
  (next?.querySelector('input:not([type=hidden]), textarea, select') ?? table.querySelector('[data-add-row]'))?.focus();
}

function number(table) {
  const name = table.dataset.rows;
  const pattern = new RegExp(`^(${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[.-])(?:\\d+|__index__)(?=$|[.-])`);
  table.querySelectorAll('[data-row]').forEach((row, index) => {
    for (const element of [row, ...row.querySelectorAll('*')]) {
      for (const attribute of ['name', 'id', 'for', 'aria-describedby', 'data-field']) {
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.replace(pattern, `$1${index}`));
      }
    }
    for (const cell of row.querySelectorAll('[data-row-number]')) cell.textContent = index + 1;
  });
  // Saving and totals listen for input: a row that comes or goes is one.
  table.dispatchEvent(new Event('input', { bubbles: true }));
}

// The answers of a form as the server's expressions see them: groups nested, lists as rows. What the
// page only shows comes from the values that the server sent along.

/** { values, rows }: `rows` maps each row's element to its values and its place. */
export function answersOf(form, shown) {
  const values = structuredClone(shown);
  const rows = new Map();
  for (const list of form.querySelectorAll('[data-form-rows]')) {
    const path = list.dataset.formRows;
    const before = at(shown, path) ?? [];
    const found = [...list.querySelectorAll('[data-rows-here] > [data-row]')].map((row, place) => {
      const index = Number(row.querySelector('[data-row-place]').name.slice(path.length + 1).split('.')[0]);
      const cells = { ...(before[index] ?? {}) };
      rows.set(row, { values: cells, place });
      return cells;
    });
    put(values, path, found);
  }
  for (const field of form.elements) {
    const key = field.name;
    if (!key || field.type === 'hidden' || field.type === 'file' || field.tagName === 'BUTTON') continue;
    const row = field.closest('[data-row]');
    const answer = field.disabled ? null : read(field);
    if (answer === undefined) continue;
    if (row && rows.has(row)) rows.get(row).values[key.split('.').at(-1)] = answer;
    else put(values, key, answer);
  }
  return { values, rows };
}

function read(field) {
  if (field.type === 'radio') return field.checked ? field.value : undefined;
  if (field.type === 'checkbox') return field.checked;
  const text = field.value.trim();
  if (text === '') return null;
  if (field.dataset.type !== 'number') return text;
  const number = Number(text.replace(/[,\s]/g, ''));
  return Number.isNaN(number) ? null : number;
}

function at(values, path) {
  return path.split('.').reduce((inner, key) => inner?.[key], values);
}

function put(values, path, value) {
  const keys = path.split('.');
  const last = keys.pop();
  keys.reduce((inner, key) => (inner[key] ??= {}), values)[last] = value;
}

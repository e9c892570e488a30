// The fields of a form as nested values: `funding.0.amount` → { funding: [{ amount: 12.5 }] }.
// Fields marked data-type="number" become numbers; an empty field is null.

export function fieldValues(form) {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.type === 'submit' || field.type === 'file') continue;
    if (field.type === 'radio' && !field.checked) continue;
    put(values, field.name.split('.'), read(field));
  }
  return values;
}

function read(field) {
  if (field.type === 'checkbox') return field.checked;
  const text = field.value.trim();
  if (text === '') return null;
  return field.dataset.type === 'number' ? Number(text.replaceAll(',', '')) : text;
}

function put(values, [key, ...rest], value) {
  if (!rest.length) {
    values[key] = value;
    return;
  }
  values[key] ??= /^\d+$/.test(rest[0]) ? [] : {};
  put(values[key], rest, value);
}

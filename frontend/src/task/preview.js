// A preview of the form while it is filled in: data-hide (FEEL, true hides), data-compute (FEEL, the
// result is shown), data-options-by (the neighbour that narrows a choice). Only a preview: the
// server evaluates the same expressions exactly and has the last word. Hidden fields are not sent.
import { answersOf } from './answers.js';
import { written } from './numbers.js';

export async function startPreview(form) {
  const { context = {}, values = {} } = JSON.parse(form.dataset.preview || '{}');
  narrow(form);
  form.addEventListener('input', ({ target }) => narrow(target.closest?.('[data-row]') ?? form));
  if (!form.querySelector('[data-hide], [data-compute]')) return;
  const { evaluate } = await import('@bpmn-io/feelin');
  const known = { outcome: null, today: null, step: null, project: null, goal: null, attachments: null, ...context };
  const apply = () => {
    // Twice: a condition may read a sum, and a sum must not count what a condition hides.
    for (let round = 0; round < 2; round += 1) {
      const answers = answersOf(form, values);
      compute(form, answers, known, evaluate);
      hide(form, answers, known, evaluate);
    }
  };
  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(apply);
  };
  form.addEventListener('input', soon);
  form.addEventListener('change', soon);
  apply();
  form.dataset.previewed = '';
}

function compute(form, answers, context, evaluate) {
  const places = [...form.querySelectorAll('[data-compute]')];
  // Columns first: totals read them.
  places.sort((one, other) => inRow(other) - inRow(one));
  for (const place of places) {
    const value = result(place.dataset.compute, scopeOf(place, answers, context), evaluate);
    put(answers, place, value);
    place.textContent = shown(place, value);
    if (place.dataset.suffix && place.textContent) {
      const unit = document.createElement('span');
      unit.className = 'cs-unit';
      unit.textContent = place.dataset.suffix;
      place.append(unit);
    }
  }
}

function hide(form, answers, context, evaluate) {
  for (const place of form.querySelectorAll('[data-hide]')) {
    const hidden = result(place.dataset.hide, scopeOf(place, answers, context), evaluate) === true;
    place.hidden = hidden;
    for (const field of place.querySelectorAll('input, select, textarea')) field.disabled = hidden;
  }
}

function inRow(place) {
  return place.closest('[data-row]') ? 1 : 0;
}

function scopeOf(place, answers, context) {
  const scope = { ...context, ...answers.values };
  const row = place.closest('[data-row]');
  if (!row) return scope;
  const { values, place: position } = answers.rows.get(row);
  return { ...scope, this: values, parent: scope, i: position + 1 };
}

function put(answers, place, value) {
  const parts = place.dataset.path.split('.');
  const row = place.closest('[data-row]');
  if (row) answers.rows.get(row).values[parts.at(-1)] = value;
  else parts.slice(0, -1).reduce((inner, key) => (inner[key] ??= {}), answers.values)[parts.at(-1)] = value;
}

function result(expression, scope, evaluate) {
  try {
    return evaluate(expression, scope).value ?? null;
  } catch {
    return null; // what cannot be read here is decided by the server
  }
}

function shown(place, value) {
  if (value === null) return '';
  const labels = place.dataset.options?.split(';').map((each) => each.split('='));
  const label = labels?.find(([key]) => key === value)?.[1];
  if (label) return label;
  return typeof value === 'number' ? written(value, Number(place.dataset.digits ?? 2)) : String(value);
}

function narrow(area) {
  for (const choice of area.querySelectorAll('select[data-options-by]')) {
    const parts = choice.name.split('.');
    const governor = choice.form.elements[[...parts.slice(0, -1), choice.dataset.optionsBy].join('.')];
    if (!governor) continue;
    for (const option of choice.options) {
      const fits = !governor.value || !option.dataset.belongsTo || option.dataset.belongsTo.split(' ').includes(governor.value);
      option.hidden = !fits;
      option.disabled = !fits;
    }
    if (choice.selectedOptions[0]?.disabled) choice.value = '';
  }
}

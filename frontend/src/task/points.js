// The checklist of a return: a small button beside each field under review makes a point of it. What
// is typed in the dialog is a part of the form's draft.
import { newRow } from './rows.js';

export function startPoints() {
  const list = document.querySelector('[data-points]');
  if (!list) return;
  const dialog = list.closest('dialog');
  const form = document.getElementById('task-form');
  dialog.addEventListener('input', () => form.dispatchEvent(new Event('input')));
  for (const field of document.querySelectorAll('[data-material] [data-field]')) {
    const option = optionOf(list, field.dataset.field);
    if (option) offer(field, () => ask(list, dialog, field.dataset.field), list.dataset.points, option);
  }
}

function optionOf(list, path) {
  const choices = list.querySelector('template').content.querySelector('[data-point-field]');
  return [...choices.options].find(({ value }) => value === path);
}

function offer(field, press, words, option) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'cs-point-at';
  button.title = words;
  button.setAttribute('aria-label', `${words}: ${option.textContent}`);
  button.textContent = '+';
  button.addEventListener('click', press);
  (field.querySelector('td') ?? field).append(button);
}

function ask(list, dialog, path) {
  if (!dialog.open) {
    dialog.dispatchEvent(new CustomEvent('cs:open'));
    dialog.showModal();
  }
  const row = newRow(list);
  row.querySelector('[data-point-field]').value = path;
}

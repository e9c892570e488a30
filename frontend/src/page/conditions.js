// Shows and hides parts of a form while it is filled in: data-hide-expression holds FEEL over the
// fields' names. Only a preview: the server evaluates the same expression and has the last word.
// A hidden part's fields are disabled, so they are not sent.
import { evaluate } from '@bpmn-io/feelin';

import { fieldValues } from './values.js';

export function startConditions() {
  for (const form of document.querySelectorAll('form:has([data-hide-expression])')) {
    const apply = () => applyTo(form);
    form.addEventListener('input', apply);
    form.addEventListener('change', apply);
    apply();
  }
}

/** One condition may depend on a field that another one hides, so until nothing changes. */
function applyTo(form, roundsLeft = 5) {
  const context = { ...JSON.parse(form.dataset.context ?? '{}'), ...fieldValues(form) };
  let changed = false;
  for (const part of form.querySelectorAll('[data-hide-expression]')) {
    const hidden = isTrue(part.dataset.hideExpression, context);
    changed ||= hidden !== part.hidden;
    part.hidden = hidden;
    for (const field of part.querySelectorAll('input, select, textarea')) field.disabled = hidden;
  }
  if (changed && roundsLeft) applyTo(form, roundsLeft - 1);
}

function isTrue(expression, context) {
  try {
    return evaluate(expression.replace(/^=/, ''), context).value === true;
  } catch {
    return false; // what cannot be read here is decided by the server
  }
}

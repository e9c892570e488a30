// form[data-batch]: many tasks with one opinion or to one person, sent a few at a time with a
// progress bar. What was done stays done when the line breaks; going on sends the rest. What was
// refused may be tried otherwise where the form says data-retry. Without this script one request
// does them all.

import { showCounts } from '../page/counts.js';

const atOnce = 5;

export function startBatch() {
  for (const form of document.querySelectorAll('form[data-batch]')) start(form);
}

function start(form) {
  const bar = form.querySelector('progress');
  const state = form.querySelector('[data-batch-state]');
  const button = form.querySelector('button.btn-primary');
  const words = form.querySelector('[data-batch-words]');
  const label = words.textContent;
  const ticks = () => [...form.querySelectorAll('input[name=item]:checked:not(:disabled)')];
  let done = 0;
  const say = (text, all) => {
    state.textContent = text.replace('{done}', done).replace('{all}', all).replace('{left}', all - done);
  };
  const count = () => {
    const found = ticks();
    words.textContent = label.replace(/\d+/, found.length);
    button.disabled = !found.length;
    const sum = form.querySelector('[data-total]');
    const total = found.reduce((sum, { dataset }) => sum + Math.round(Number(dataset.amount) * 100), 0) / 100;
    if (sum) sum.textContent = total.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  };
  form.addEventListener('change', count);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const waiting = ticks();
    const all = done + waiting.length;
    button.disabled = true;
    bar.hidden = false;
    bar.max = all;
    // A reload shows what is done by now.
    history.replaceState(null, '', form.dataset.address);
    try {
      while (waiting.length) {
        say(form.dataset.doing, all);
        const sent = waiting.slice(0, atOnce);
        for (const result of await send(form, sent)) done += mark(form, result) ? 1 : 0;
        waiting.splice(0, sent.length);
        bar.value = all - waiting.length;
      }
      say(form.dataset.finished, all);
      showCounts();
      const back = form.querySelector('.cs-row-of a.btn');
      back.textContent = form.dataset.back;
      back.classList.add('btn-primary');
      back.focus();
    } catch (error) {
      if (error instanceof Refusal) state.textContent = error.message;
      else say(form.dataset.broken, all);
      button.disabled = false;
      words.textContent = done ? form.dataset.again : label;
      if (error instanceof Refusal) form.querySelector('[data-batch-field]').focus();
    }
  });
  count();
}

async function send(form, ticks) {
  const body = new FormData(form);
  body.delete('item');
  for (const { value } of ticks) body.append('item', value);
  const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } });
  const found = await answer.json();
  if (!answer.ok) throw new Refusal([found.detail, ...(found.problems ?? []).map(({ detail }) => detail)].join(' '));
  return found;
}

/** Show what became of one task; true when it was done. */
function mark(form, { task, refusal }) {
  const row = form.querySelector(`[data-task="${CSS.escape(task)}"]`);
  const place = row.querySelector('[data-outcome]');
  const chip = Object.assign(document.createElement('span'), { className: 'cs-chip ok', textContent: form.dataset.ok });
  place.replaceChildren(refusal || chip);
  row.classList.toggle('cs-dropped', Boolean(refusal));
  const tick = row.querySelector('input[name=item]');
  const again = Boolean(refusal) && 'retry' in form.dataset;
  tick.disabled = !again;
  tick.checked &&= !again;
  return !refusal;
}

class Refusal extends Error {}

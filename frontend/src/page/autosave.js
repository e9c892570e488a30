// Drafts: <form data-autosave="url"> is posted 1.5 s after the last change, never twice at once;
// what changes meanwhile goes in the next request. [data-autosave-state] inside the form shows the
// state in the words of its data-saving, data-saved ("… {time}") and data-failed.

const pause = 1500;
const retry = 10000;

export function startAutosave() {
  for (const form of document.querySelectorAll('form[data-autosave]')) new Draft(form);
}

class Draft {
  constructor(form) {
    this.form = form;
    this.state = form.querySelector('[data-autosave-state]');
    this.changed = 0; // counts changes, so that one made while saving is not taken for saved
    this.saved = 0;
    this.busy = false;
    form.addEventListener('input', () => this.touch());
    form.addEventListener('change', () => this.touch());
    form.addEventListener('submit', () => { this.leaving = true; clearTimeout(this.timer); });
    window.addEventListener('beforeunload', (event) => {
      if (this.changed !== this.saved && !this.leaving) event.preventDefault();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.hidden && this.changed !== this.saved) this.save();
    });
  }

  touch() {
    this.changed += 1;
    this.later(pause);
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  async save() {
    if (this.busy || this.leaving) return;
    this.busy = true;
    const upTo = this.changed;
    this.show('saving');
    try {
      const response = await fetch(this.form.dataset.autosave, {
        method: 'POST', body: this.fields(), headers: { Accept: 'application/json' },
      });
      const answer = await response.json();
      if (!response.ok) throw new Refusal(answer.detail);
      if (answer.version !== undefined) this.remember(answer.version);
      this.saved = upTo;
      this.show('saved', new Date().toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' }));
    } catch (error) {
      this.show('failed', '', error instanceof Refusal ? error.message : '');
      // A refusal will not heal by itself; a broken line may.
      if (!(error instanceof Refusal)) this.later(retry);
    } finally {
      this.busy = false;
      if (this.changed !== upTo) this.later(pause);
    }
  }

  fields() {
    const fields = new FormData(this.form);
    for (const [name, value] of [...fields]) if (value instanceof File) fields.delete(name);
    return fields;
  }

  remember(version) {
    const field = this.form.elements.draft_version;
    if (field) field.value = version;
  }

  show(state, time = '', detail = '') {
    if (!this.state) return;
    this.state.dataset.state = state;
    this.state.textContent = (this.state.dataset[state] ?? '').replace('{time}', time) + (detail ? ` ${detail}` : '');
  }
}

class Refusal extends Error {}

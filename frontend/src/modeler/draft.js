// The draft on the server: save, check, deploy. One request at a time; what is unsaved is said, and
// asked about before the page is left.
import { post, Refusal } from './requests.js';

export class Draft {
  constructor(page, editor, problems, data) {
    Object.assign(this, { page, editor, problems, data });
    this.state = page.querySelector('[data-designer-state]');
    this.revision = data.revision;
    this.changed = 0;
    this.saved = 0;
    this.busy = false;
  }

  get isDirty() {
    return this.changed !== this.saved;
  }

  watch() {
    this.editor.modeler.on('commandStack.changed', () => {
      this.changed += 1;
      this.say('dirty', this.data.texts.unsaved);
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.isDirty && !this.leaving) event.preventDefault();
    });
  }

  save() {
    return this.ask(this.data.urls.save, {}, (answer, upTo) => {
      this.revision = answer.revision;
      this.saved = upTo;
      this.say(this.isDirty ? 'dirty' : 'saved', this.isDirty ? this.data.texts.unsaved : answer.words);
    });
  }

  check() {
    return this.ask(this.data.urls.validate, {}, ({ problems }) => {
      this.problems.show('server', problems);
      this.say('checked', this.problems.count ? this.data.texts.checked_with_problems : this.data.texts.checked);
    });
  }

  deploy(note) {
    return this.ask(this.data.urls.deploy, { note }, ({ url }) => {
      this.leaving = true;
      window.location.assign(url);
    });
  }

  async ask(url, fields, done) {
    if (this.busy) return;
    this.busy = true;
    this.page.setAttribute('aria-busy', 'true');
    this.say('busy', this.data.texts.busy);
    const upTo = this.changed;
    try {
      const xml = await this.editor.xml();
      done(await post(url, { xml, revision: this.revision, ...fields }, this.data.csrf_token), upTo);
    } catch (error) {
      if (error instanceof Refusal) this.problems.show('server', error.problems);
      this.say('failed', error instanceof Refusal ? error.message : this.data.texts.unreachable);
    } finally {
      this.busy = false;
      this.page.removeAttribute('aria-busy');
    }
  }

  say(state, words) {
    this.state.dataset.state = state;
    this.state.textContent = words;
  }
}

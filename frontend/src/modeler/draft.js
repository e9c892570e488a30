// The draft on the server: save, check, deploy. One request at a time. What is unsaved is said, saved
// after a while by itself, and asked about before the page is left; nothing is deployed by itself.
import { get, post, Refusal } from './requests.js';

/** Milliseconds without a change after which the draft is saved. */
const calm = 30_000;
const conflict = 409;

export class Draft {
  constructor(page, editor, problems, data) {
    Object.assign(this, { page, editor, problems, data });
    this.state = page.querySelector('[data-designer-state]');
    this.revision = data.revision;
    this.changed = 0;
    this.saved = 0;
    this.queue = Promise.resolve();
    this.conflicts = new EventTarget();
  }

  get isDirty() {
    return this.changed !== this.saved;
  }

  watch() {
    let timer;
    this.editor.modeler.on('commandStack.changed', () => {
      this.changed += 1;
      this.say('dirty', this.data.texts.unsaved);
      clearTimeout(timer);
      timer = setTimeout(() => { if (this.isDirty && !this.isStale) this.save(); }, calm);
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.isDirty && !this.leaving) event.preventDefault();
    });
  }

  /** Whether it was saved. */
  save() {
    return this.ask(async (xml, upTo) => {
      const answer = await this.post('save', { xml, revision: this.revision });
      this.revision = answer.revision;
      this.saved = upTo;
      this.isStale = false;
      this.say(this.isDirty ? 'dirty' : 'saved', this.isDirty ? this.data.texts.unsaved : answer.words);
      return true;
    }, (refusal) => this.handOver(refusal));
  }

  /** Save over what somebody else saved in between. */
  async saveOver() {
    this.revision = this.found.revision;
    return this.save();
  }

  /** What the server found, with what a deployment would do; nothing when it could not be asked. */
  check() {
    return this.ask(async (xml) => {
      const answer = await this.post('validate', { xml });
      this.problems.show('server', answer.problems);
      const { checked, checked_with_problems: withProblems, unsaved } = this.data.texts;
      const words = answer.problems.length ? withProblems : checked;
      this.say('checked', this.isDirty ? `${words} · ${unsaved}` : words);
      return answer;
    });
  }

  /** Save, then deploy exactly that. `refused` gets the sentence when it cannot be. */
  async deploy(note, refused) {
    if (!(await this.save())) return;
    await this.ask(async (xml) => {
      const { url } = await this.post('deploy', { xml, note, newest: this.data.newest });
      this.leaving = true;
      window.location.assign(url);
    }, (refusal) => refused(refusal.message));
  }

  post(act, body) {
    return post(this.data.urls[act], body, this.data.csrf_token);
  }

  async handOver(refusal) {
    if (refusal.status !== conflict) return;
    this.isStale = true;
    this.found = await get(this.data.urls.facts);
    this.conflicts.dispatchEvent(new CustomEvent('found', { detail: { words: refusal.message, url: this.found.url } }));
  }

  /** What is asked for while another request is under way waits for it. */
  ask(act, refused = () => {}) {
    this.queue = this.queue.then(() => this.run(act, refused));
    return this.queue;
  }

  async run(act, refused) {
    this.page.setAttribute('aria-busy', 'true');
    this.say('busy', this.data.texts.busy);
    const upTo = this.changed;
    try {
      return await act(await this.editor.xml(), upTo);
    } catch (error) {
      const isRefusal = error instanceof Refusal;
      this.say('failed', isRefusal ? error.message : this.data.texts.unreachable);
      if (isRefusal && error.problems.length) this.problems.show('server', error.problems);
      if (isRefusal) await refused(error);
      else console.warn(error);
      return undefined;
    } finally {
      this.page.removeAttribute('aria-busy');
    }
  }

  say(state, words) {
    this.state.dataset.state = state;
    this.state.textContent = words;
  }
}

// What is wrong with the diagram: marks on the elements and a list below the canvas; choosing a line
// selects its element. A problem: { code, where, level: "block" | "warn", detail }.
import { badge } from '../bpmn/tokens.js';

export class ProblemList {
  constructor(page, { modeler }, data) {
    this.modeler = modeler;
    this.texts = data.texts;
    this.panel = page.querySelector('[data-problems]');
    this.sources = { local: [], server: [] };
    this.marked = [];
    // What the server said about an element is out of date once that element is changed.
    modeler.on('element.changed', ({ element }) => {
      const left = this.sources.server.filter(({ where }) => where !== element.id);
      if (left.length !== this.sources.server.length) this.show('server', left);
    });
    this.panel.addEventListener('click', ({ target }) => {
      const line = target.closest('[data-where]');
      if (line) this.select(line.dataset.where);
    });
  }

  /** Replace what one source ("local" or "server") found. */
  show(source, problems) {
    this.sources[source] = problems;
    const judged = new Set(this.sources.server.map(({ where }) => where));
    const all = [...this.sources.server, ...this.sources.local.filter(({ where }) => !judged.has(where))];
    this.mark(all);
    this.list(all);
  }

  /** The shape of an element; of a process, the pool that draws it. */
  shape(id) {
    const registry = this.modeler.get('elementRegistry');
    return registry.get(id) ?? registry.find(({ businessObject }) => businessObject?.processRef?.id === id);
  }

  select(id) {
    const element = this.shape(id);
    if (!element) return;
    this.modeler.get('canvas').scrollToElement(element);
    this.modeler.get('selection').select(element);
  }

  mark(problems) {
    const canvas = this.modeler.get('canvas');
    const elements = this.modeler.get('elementRegistry');
    this.modeler.get('overlays').remove({ type: 'countersign-problem' });
    for (const [id, marker] of this.marked) if (elements.get(id)) canvas.removeMarker(id, marker);
    this.marked = [];
    const byElement = grouped(problems);
    for (const [id, found] of byElement) {
      const element = this.shape(id);
      if (!element || element === canvas.getRootElement()) continue;
      const level = found.some((each) => each.level === 'block') ? 'block' : 'warn';
      canvas.addMarker(element.id, `cs-${level}`);
      this.marked.push([element.id, `cs-${level}`]);
      const words = found.map(({ detail }) => detail).join('\n');
      const html = badge('!', level);
      html.title = words;
      this.modeler.get('overlays').add(element.id, 'countersign-problem', { position: { top: -10, left: -6 }, html });
    }
  }

  list(problems) {
    const lines = problems.map((each) => this.line(each));
    this.panel.querySelector('[data-problem-lines]').replaceChildren(...lines);
    const blocks = problems.filter(({ level }) => level === 'block').length;
    this.panel.querySelector('[data-problem-count]').textContent = this.texts.problem_count
      .replace('{blocks}', blocks).replace('{warnings}', problems.length - blocks);
    this.panel.hidden = !problems.length;
  }

  line({ where, level, detail }) {
    const element = where && this.shape(where);
    const line = document.createElement('li');
    const words = document.createElement(element ? 'button' : 'span');
    if (element) {
      words.type = 'button';
      words.dataset.where = where;
    }
    const name = document.createElement('strong');
    name.textContent = element ? spoken(element) : where ?? '';
    const chip = document.createElement('span');
    chip.className = `cs-chip ${level === 'block' ? 'over' : 'soon'}`;
    chip.textContent = level === 'block' ? this.texts.block : this.texts.warn;
    words.append(chip, name, detail);
    line.append(words);
    return line;
  }
}

/** What a person calls an element; a flow without a name by what it connects. */
function spoken({ businessObject, source, target, id }) {
  return businessObject.name || (source && `${spoken(source)} → ${spoken(target)}`) || id;
}

function grouped(problems) {
  const groups = new Map();
  for (const each of problems) groups.set(each.where, [...(groups.get(each.where) ?? []), each]);
  return groups;
}

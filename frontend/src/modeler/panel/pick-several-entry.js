// Several of a list: what is chosen as chips that can be taken away, and a list to add from.
import { h } from '@bpmn-io/properties-panel/preact';

export function PickSeveralEntry({ id, label, description, choices, getValue, setValue, translate }) {
  const chosen = getValue();
  const nameOf = (value) => choices.find((each) => each.value === value)?.label ?? value;
  const left = choices.filter(({ value }) => !chosen.includes(value));
  const add = ({ target }) => {
    if (target.value) setValue([...chosen, target.value]);
    target.value = '';
  };
  return h('div', { class: 'bio-properties-panel-entry cs-several', 'data-entry-id': id },
    h('label', { class: 'bio-properties-panel-label', for: `pick-${id}` }, label),
    chosen.length > 0 && h('ul', { 'data-filled': '' }, chosen.map((value) => h('li', { key: value },
      h('span', null, nameOf(value)),
      h('button', {
        type: 'button', title: translate('Remove'), 'aria-label': translate('Remove {name}', { name: nameOf(value) }),
        onClick: () => setValue(chosen.filter((each) => each !== value)),
      }, '×'),
    ))),
    h('select', { id: `pick-${id}`, class: 'bio-properties-panel-input', onChange: add },
      h('option', { value: '' }, chosen.length ? translate('Add…') : translate('Choose…')),
      grouped(left).map(([group, options]) => {
        const lines = options.map(({ value, label: words }) => h('option', { key: value, value }, words));
        return group ? h('optgroup', { key: group, label: group }, lines) : lines;
      }),
    ),
    description && h('div', { class: 'bio-properties-panel-description' }, description),
  );
}

function grouped(choices) {
  const groups = new Map();
  for (const each of choices) groups.set(each.group ?? '', [...(groups.get(each.group ?? '') ?? []), each]);
  return [...groups];
}

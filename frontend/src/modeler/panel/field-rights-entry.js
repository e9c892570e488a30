// What may be done with each field of the step's form, as a table: one line for all fields, one for
// each that differs. A computed field can be hidden, but never written.
import { h } from '@bpmn-io/properties-panel/preact';

const rightsIn = (translate) => ({ write: translate('May change'), read: translate('May read'), hidden: translate('Hidden') });

export function FieldRightsEntry({ id, fields, getValue, setValue, translate }) {
  const words = rightsIn(translate);
  const said = getValue();
  const byDefault = said.get('*') ?? 'read';
  const select = (path, label, rights, empty) => h('select', {
    class: 'bio-properties-panel-input', 'aria-label': label, value: said.get(path) ?? '',
    onChange: ({ target }) => setValue(path, target.value || undefined),
  }, [
    empty && h('option', { value: '' }, empty),
    ...rights.map((right) => h('option', { key: right, value: right }, words[right])),
  ]);
  const line = ({ value: path, label, is_computed: isComputed, depth }) => h('tr', { key: path, class: said.has(path) ? 'cs-said' : '' },
    h('th', { scope: 'row', class: depth ? 'cs-column' : '' }, label),
    h('td', null, select(path, label, isComputed ? ['read', 'hidden'] : ['write', 'read', 'hidden'], translate('as all others'))),
  );
  return h('div', { class: 'bio-properties-panel-entry cs-rights', 'data-entry-id': id },
    h('table', said.size ? { 'data-filled': '' } : null,
      h('tbody', null,
        h('tr', { class: 'cs-all' },
          h('th', { scope: 'row' }, translate('All fields')),
          h('td', null, h('select', {
            class: 'bio-properties-panel-input', 'aria-label': translate('All fields'), value: byDefault,
            onChange: ({ target }) => setValue('*', target.value),
          }, Object.keys(words).map((right) => h('option', { key: right, value: right }, words[right])))),
        ),
        fields.map(line),
      ),
    ),
  );
}

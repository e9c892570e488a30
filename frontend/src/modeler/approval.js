// "Approval step": who, with which form, by when, by which rule; attributes of Camunda 7 and
// camunda:properties "appr.…" (see the encoding in docs). One entry per setting.
import { SelectEntry, TextFieldEntry, isSelectEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { readProperty, writeProperty } from './extension-properties.js';

const modes = [
  ['single', 'One person'], ['any', 'Any one of them'], ['all', 'All of them'],
  ['ratio', 'A share of them'], ['count', 'A number of them'],
];
const opinions = [['optional', 'Optional'], ['required_unless_agree', 'Required unless agreed'], ['required', 'Required']];
const returns = [['drawn', 'As drawn'], ['none', 'Never']];

export function approvalGroup(element, injector, { roles, forms }) {
  if (!is(element, 'bpmn:UserTask')) return [];
  const translate = injector.get('translate');
  const make = entries(element, injector);
  const worded = (pairs) => pairs.map(([value, words]) => [value, translate(words)]);
  const mode = readProperty(element, 'appr.mode') ?? 'single';
  return [{
    id: 'approval',
    label: translate('Approval step'),
    shouldOpen: true,
    entries: [
      make.select('candidateGroups', 'Who decides', attribute('candidateGroups'), [['', ''], ...known(roles, element, 'candidateGroups')]),
      make.select('formKey', 'Form', attribute('formKey'), [['', translate('No form')], ...known(forms, element, 'formKey')]),
      make.text('dueDate', 'Due after', attribute('dueDate'), 'P3BD: three working days; P1M: a month.'),
      make.select('mode', 'How many decide', approval('appr.mode'), worded(modes)),
      ...(mode === 'ratio' || mode === 'count' ? [make.text('pass', 'Needed to pass', approval('appr.pass'), 'A fraction such as 2/3, or a number of people.')] : []),
      make.select('opinion', 'Opinion', approval('appr.opinion'), worded(opinions)),
      make.select('returnTo', 'Returns', approval('appr.returnTo'), worded(returns)),
      make.text('exclude', 'Not the same person as in', approval('appr.exclude'), 'Ids of earlier steps, with spaces between.'),
    ],
  }];
}

function entries(element, injector) {
  const translate = injector.get('translate');
  const common = (id, label, access) => ({
    id: `approval-${id}`,
    element,
    label: translate(label),
    getValue: () => access.read(element) ?? '',
    setValue: (value) => access.write(element, value || undefined, injector),
  });
  return {
    select: (id, label, access, options) => ({
      ...common(id, label, access),
      component: SelectEntry,
      isEdited: isSelectEntryEdited,
      getOptions: () => options.map(([value, label]) => ({ value, label })),
    }),
    text: (id, label, access, description) => ({
      ...common(id, label, access),
      component: TextFieldEntry,
      isEdited: isTextFieldEntryEdited,
      debounce: injector.get('debounceInput'),
      description: translate(description),
    }),
  };
}

function attribute(name) {
  return {
    read: (element) => element.businessObject.get(`camunda:${name}`),
    write: (element, value, injector) => injector.get('modeling').updateProperties(element, { [`camunda:${name}`]: value }),
  };
}

function approval(name) {
  return {
    read: (element) => readProperty(element, name),
    write: (element, value, injector) => writeProperty(element, name, value, injector),
  };
}

/** The offered choices, and what the diagram has although it is not among them. */
function known(choices, element, name) {
  const present = element.businessObject.get(`camunda:${name}`);
  const pairs = choices.map(({ value, label }) => [value, label]);
  return !present || pairs.some(([value]) => value === present) ? pairs : [...pairs, [present, present]];
}

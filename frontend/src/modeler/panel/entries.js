// Entries of the properties panel by what they read and write: access = { read(), write(value) },
// where an empty value means "not said"; isSaid() where a default is shown instead. Labels and descriptions come translated.
import { CheckboxEntry, SelectEntry, TextAreaEntry, TextFieldEntry, isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';

import { FieldRightsEntry } from './field-rights-entry.js';
import { PickSeveralEntry } from './pick-several-entry.js';
import { readProperty, writeProperty } from './extension-properties.js';

export function entriesFor(element, injector) {
  const translate = injector.get('translate');
  const common = (id, label, access, description) => ({
    id: `cs-${id}`,
    element,
    label,
    description,
    getValue: () => access.read() ?? '',
    setValue: (value) => { if ((value || undefined) !== (access.read() || undefined)) access.write(value || undefined); },
  });
  const debounce = injector.get('debounceInput');
  return {
    text: (id, label, access, description, validate) => ({
      ...common(id, label, access, description), component: TextFieldEntry, isEdited: isTextFieldEntryEdited, debounce, validate,
    }),
    area: (id, label, access, description) => ({
      ...common(id, label, access, description), component: TextAreaEntry, isEdited: isTextAreaEntryEdited, debounce, autoResize: true,
    }),
    select: (id, label, access, choices, description) => ({
      ...common(id, label, access, description), component: SelectEntry, isEdited: access.isSaid ?? isSelectEntryEdited, getOptions: () => choices,
    }),
    checkbox: (id, label, access, description) => ({
      ...common(id, label, access, description), component: CheckboxEntry, isEdited: isCheckboxEntryEdited, getValue: () => Boolean(access.read()),
    }),
    // access.read() gives an array; choices: [{ value, label }]
    several: (id, label, access, choices, description) => ({
      ...common(id, label, access, description), component: PickSeveralEntry, isEdited: isFilled, choices, translate,
      getValue: () => access.read(), setValue: (values) => access.write(values),
    }),
    // access.read() gives a Map of path → right
    rights: (id, access, fields) => ({
      ...common(id, '', access), component: FieldRightsEntry, isEdited: isFilled, fields, translate,
      getValue: () => access.read(), setValue: (path, right) => access.write(path, right),
    }),
  };
}

/** An attribute such as camunda:dueDate of the element. */
export function attribute(element, injector, name) {
  return {
    read: () => element.businessObject.get(name),
    write: (value) => injector.get('modeling').updateProperties(element, { [name]: value }),
  };
}

/** A camunda:property such as appr.mode of the element. */
export function approval(element, injector, name) {
  return approvalOf(element, element.businessObject, injector, name);
}

/** The same of what is drawn by the element, such as the process of a pool. */
export function approvalOf(element, owner, injector, name) {
  return {
    read: () => readProperty(owner, name),
    write: (value) => writeProperty(element, owner, name, value, injector),
  };
}

/** A list of words kept in one text. */
export function words(access, separator) {
  return {
    read: () => (access.read() ?? '').split(/[\s,]+/).filter(Boolean),
    write: (values) => access.write(values.join(separator) || undefined),
  };
}

/** The offered choices, and what the diagram has although it is not among them. */
export function withPresent(choices, present) {
  return !present || choices.some(({ value }) => value === present) ? choices : [...choices, { value: present, label: present }];
}

/** The panel gives the first control of the entry. */
function isFilled(node) {
  return Boolean(node?.closest('[data-entry-id]').querySelector('[data-filled]'));
}

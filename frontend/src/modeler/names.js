// A reader of English draws with the English names: while he does, each element carries English in
// `name` and Chinese in camunda:property "appr.name.zh"; in the file it is the other way round, with
// English in "appr.name.en". Both lie in the diagram, so undo and copying keep them together.
import { contained } from '../bpmn/names.js';

export const ENGLISH = 'appr.name.en';
export const CHINESE = 'appr.name.zh';

/** From the file to what is edited. */
export function showEnglish(definitions, moddle) {
  for (const element of named(definitions)) {
    const chinese = element.name ?? '';
    const found = entry(element, ENGLISH);
    if (found?.value) {
      element.name = found.value;
      Object.assign(found, { name: CHINESE, value: chinese });
    } else if (chinese) {
      add(element, CHINESE, chinese, moddle);
    }
  }
}

/** Back to the file. What has one name only was drawn in English: it is kept as both. */
export function storeChinese(definitions, moddle) {
  for (const element of named(definitions)) {
    const english = element.name ?? '';
    const found = entry(element, CHINESE);
    if (!found) {
      if (english) add(element, ENGLISH, english, moddle);
    } else if (found.value === english || !english) {
      element.name = found.value || undefined;
      remove(element, found);
    } else {
      element.name = found.value || undefined;
      Object.assign(found, { name: ENGLISH, value: english });
    }
  }
}

function named(definitions) {
  return [...contained(definitions)].filter(({ id, $type, $descriptor }) => (
    id && $type.startsWith('bpmn:') && $descriptor.propertiesByName['bpmn:name']
  ));
}

function holder(element) {
  return (element.extensionElements?.values ?? []).find(({ $type }) => $type === 'camunda:Properties');
}

function entry(element, name) {
  return holder(element)?.get('values').find((each) => each.name === name);
}

function add(element, name, value, moddle) {
  const extensions = element.extensionElements ??= child('bpmn:ExtensionElements', { values: [] }, element);
  let properties = holder(element);
  if (!properties) {
    properties = child('camunda:Properties', { values: [] }, extensions);
    extensions.get('values').push(properties);
  }
  properties.get('values').push(child('camunda:Property', { name, value }, properties));

  function child(type, fields, parent) {
    const made = moddle.create(type, fields);
    made.$parent = parent;
    return made;
  }
}

function remove(element, found) {
  const properties = holder(element);
  properties.values = properties.get('values').filter((each) => each !== found);
  if (properties.values.length) return;
  const extensions = element.extensionElements;
  extensions.values = extensions.get('values').filter((each) => each !== properties);
  if (!extensions.values.length) element.extensionElements = undefined;
}

// Elements carry Chinese in `name` and English in camunda:property "appr.name.en". A reader of
// English sees the English names; what he edits goes back to where English is kept.

export const ENGLISH = 'appr.name.en';

/** Every moddle element that a definitions tree contains. */
export function* contained(element) {
  yield element;
  for (const { name, ns, isReference, isAttr } of element.$descriptor?.properties ?? []) {
    const value = isReference || isAttr ? null : element[ns.localName] ?? element[name];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child?.$type && !child.$type.startsWith('bpmndi:')) yield* contained(child);
    }
  }
}

/** Reads a camunda:property, whether or not the camunda descriptor was loaded. */
export function property(element, name) {
  return properties(element).find((each) => each.name === name)?.value;
}

/**
 * Puts the English names in the place of the Chinese ones.
 * Returns what was there, by id: { chinese, shown }; `toStored` needs it.
 */
export function toEnglish(definitions) {
  const before = new Map();
  for (const element of named(definitions)) {
    const chinese = element.name;
    element.name = property(element, ENGLISH) || chinese;
    before.set(element.id, { chinese, shown: element.name });
  }
  return before;
}

/** Puts the Chinese names back, and changed English ones into their property. */
export function toStored(definitions, before, moddle) {
  for (const element of named(definitions)) {
    const { chinese, shown } = before.get(element.id) ?? {};
    if (element.name !== shown) setProperty(element, ENGLISH, element.name, moddle);
    element.name = chinese || element.name;
  }
}

function named(definitions) {
  return [...contained(definitions)].filter((each) => each.id && each.name && each.$type.startsWith('bpmn:'));
}

function properties(element) {
  const holder = holderOf(element);
  return holder?.values ?? holder?.$children ?? [];
}

/** "camunda:Properties" with the camunda descriptor, "camunda:properties" without. */
function holderOf(element) {
  return (element.extensionElements?.values ?? []).find(({ $type }) => $type.toLowerCase() === 'camunda:properties');
}

function setProperty(element, name, value, moddle) {
  const found = properties(element).find((each) => each.name === name);
  if (found) {
    found.value = value;
    return;
  }
  element.extensionElements ??= adopt(moddle.create('bpmn:ExtensionElements', { values: [] }), element);
  const extensions = element.extensionElements;
  let holder = holderOf(element);
  if (!holder) {
    holder = adopt(moddle.create('camunda:Properties', { values: [] }), extensions);
    extensions.values.push(holder);
  }
  holder.values.push(adopt(moddle.create('camunda:Property', { name, value }), holder));
}

function adopt(child, parent) {
  child.$parent = parent;
  return child;
}

// Elements carry Chinese in `name` and English in camunda:property "appr.name.en". A reader of
// English sees the English names.

const ENGLISH = 'appr.name.en';

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

/** Puts the English names in the place of the Chinese ones, for a diagram that is only looked at. */
export function toEnglish(definitions) {
  for (const element of contained(definitions)) {
    if (element.id && element.name && element.$type.startsWith('bpmn:')) element.name = english(element) || element.name;
  }
}

/** Read without the camunda descriptor: its elements are generic ones. */
function english(element) {
  const holder = (element.extensionElements?.values ?? []).find(({ $type }) => $type.toLowerCase() === 'camunda:properties');
  return (holder?.values ?? holder?.$children ?? []).find(({ name }) => name === ENGLISH)?.value;
}

// camunda:properties of an element, changed through commands, so that undo works.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

export function readProperty(element, name) {
  return holder(element)?.get('values').find((each) => each.name === name)?.value;
}

export function writeProperty(element, name, value, injector) {
  const modeling = injector.get('modeling');
  const create = (type, properties, parent) => {
    const made = injector.get('bpmnFactory').create(type, properties);
    made.$parent = parent;
    return made;
  };
  const present = holder(element);
  if (present) {
    const others = present.get('values').filter((each) => each.name !== name);
    const values = value === undefined ? others : [...others, create('camunda:Property', { name, value }, present)];
    modeling.updateModdleProperties(element, present, { values });
    return;
  }
  if (value === undefined) return;
  const owner = getBusinessObject(element);
  const extensionElements = create('bpmn:ExtensionElements', { values: [] }, owner);
  const properties = create('camunda:Properties', {}, extensionElements);
  properties.values = [create('camunda:Property', { name, value }, properties)];
  extensionElements.values = [...(owner.extensionElements?.get('values') ?? []), properties];
  modeling.updateModdleProperties(element, owner, { extensionElements });
}

function holder(element) {
  const values = getBusinessObject(element).get('extensionElements')?.get('values') ?? [];
  return values.find((each) => each.$type === 'camunda:Properties');
}

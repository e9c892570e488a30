// camunda:properties of a moddle element, changed through one command, so that undo works.

export function readProperty(owner, name) {
  return holder(owner)?.get('values').find((each) => each.name === name)?.value;
}

/** All properties whose names begin with a prefix: Map of name → value. */
export function readProperties(owner, prefix) {
  const found = (holder(owner)?.get('values') ?? []).filter(({ name }) => name?.startsWith(prefix));
  return new Map(found.map(({ name, value }) => [name, value]));
}

/** `element` is the shape to draw again, `owner` what has the property (usually its business object). */
export function writeProperty(element, owner, name, value, injector) {
  injector.get('commandStack').execute(
    'properties-panel.multi-command-executor', propertyCommands(element, owner, name, value, injector),
  );
}

/** The commands that set a property, or with no value remove it; empty holders go, too. */
export function propertyCommands(element, owner, name, value, injector) {
  const create = (type, properties, parent) => {
    const made = injector.get('bpmnFactory').create(type, properties);
    made.$parent = parent;
    return made;
  };
  const update = (moddleElement, properties) => ({
    cmd: 'element.updateModdleProperties', context: { element, moddleElement, properties },
  });
  const present = holder(owner);
  const extensions = owner.get('extensionElements');
  if (present) {
    const before = present.get('values');
    const others = before.filter((each) => each.name !== name);
    if (value === undefined) {
      if (others.length) return [update(present, { values: others })];
      const left = extensions.get('values').filter((each) => each !== present);
      return [left.length ? update(extensions, { values: left }) : update(owner, { extensionElements: undefined })];
    }
    const made = create('camunda:Property', { name, value }, present);
    const place = before.findIndex((each) => each.name === name);
    return [update(present, { values: place < 0 ? [...before, made] : before.map((each, index) => (index === place ? made : each)) })];
  }
  if (value === undefined) return [];
  const parent = extensions ?? create('bpmn:ExtensionElements', { values: [] }, owner);
  const properties = create('camunda:Properties', {}, parent);
  properties.values = [create('camunda:Property', { name, value }, properties)];
  if (extensions) return [update(extensions, { values: [...extensions.get('values'), properties] })];
  parent.values = [properties];
  return [update(owner, { extensionElements: parent })];
}

function holder(owner) {
  return (owner.get('extensionElements')?.get('values') ?? []).find(({ $type }) => $type === 'camunda:Properties');
}

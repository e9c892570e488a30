// Drawing a task means a step for people: the palette and the pad beside an element make user tasks,
// due in three working days, which is the bureau's usual time. Data objects and stores are not offered:
// the engine refuses them, because the bureau's data lie in tables.

const priority = 500; // after the usual providers
const refused = ['create.data-object', 'create.data-store'];

export default {
  __init__: ['peopleFirst'],
  peopleFirst: ['type', PeopleFirst],
};

function PeopleFirst(contextPad, palette, autoPlace, create, elementFactory, translate) {
  const make = () => newStep(elementFactory);
  contextPad.registerProvider(priority, {
    getContextPadEntries: (element) => (entries) => replaced(entries, 'append.append-task', {
      className: 'bpmn-icon-user-task',
      title: translate('Append a step'),
      action: {
        click: () => autoPlace.append(element, make()),
        dragstart: (event) => create.start(event, make(), { source: element }),
      },
    }),
  });
  palette.registerProvider(priority, {
    getPaletteEntries: () => (entries) => replaced(without(entries, refused), 'create.task', {
      className: 'bpmn-icon-user-task',
      title: translate('Create a step'),
      action: { click: (event) => create.start(event, make()), dragstart: (event) => create.start(event, make()) },
    }),
  });
}
PeopleFirst.$inject = ['contextPad', 'palette', 'autoPlace', 'create', 'elementFactory', 'translate'];

export function newStep(elementFactory) {
  const shape = elementFactory.createShape({ type: 'bpmn:UserTask' });
  shape.businessObject.set('camunda:dueDate', 'P3BD');
  return shape;
}

function without(entries, names) {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)));
}

function replaced(entries, name, entry) {
  return entries[name] ? { ...entries, [name]: { ...entries[name], ...entry } } : entries;
}

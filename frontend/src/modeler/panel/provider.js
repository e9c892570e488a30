// What the properties panel shows: our groups, and of bpmn-js' own those that the engine executes.
import { callGroup, serviceGroup } from './automatic.js';
import { eventStartGroup } from './event-start.js';
import { flowGroup } from './flow.js';
import { namesGroup } from './names.js';
import { stepGroups } from './step.js';
import { processGroups } from './taking-back.js';

/** After bpmn-js' own provider, whose groups we choose from. */
const priority = 100;
const kept = new Set(['timer', 'error', 'documentation']);
const ours = [namesGroup, processGroups, stepGroups, flowGroup, callGroup, serviceGroup, eventStartGroup];

export function panelProvider(data) {
  class Provider {
    constructor(propertiesPanel, injector, eventBus) {
      this.injector = injector;
      propertiesPanel.registerProvider(priority, this);
      // The panel is drawn with the empty sheet and listens from the next frame on: look again then,
      // because with nothing chosen the pool is what it shows.
      const again = () => eventBus.fire('propertiesPanel.providersChanged');
      eventBus.on('import.done', () => requestAnimationFrame(() => setTimeout(again)));
    }

    getGroups(element) {
      return (groups) => [
        ...ours.flatMap((group) => group(element, this.injector, data)),
        ...texts(element, groups),
        ...groups.filter(({ id }) => kept.has(id)),
        ...this.technical(element, groups),
      ];
    }

    /** The id, because conditions name steps by it; that of the process itself never changes. */
    technical(element, groups) {
      const entries = general(groups).filter(({ id }) => id === 'id');
      const isProcess = /Process|Collaboration|Participant/.test(element.businessObject.$type) && !/SubProcess/.test(element.businessObject.$type);
      const translate = this.injector.get('translate');
      return entries.length && !isProcess ? [{ id: 'cs-technical', label: translate('Technical'), entries }] : [];
    }
  }
  Provider.$inject = ['propertiesPanel', 'injector', 'eventBus'];
  return { __init__: ['countersignPanel'], countersignPanel: ['type', Provider] };
}

/** Annotations and groups have one text and no second language. */
function texts(element, groups) {
  if (!/TextAnnotation|Group$/.test(element.businessObject.$type)) return [];
  const found = groups.find(({ id }) => id === 'general');
  return found ? [{ ...found, shouldOpen: true, entries: found.entries.filter(({ id }) => id === 'name') }] : [];
}

function general(groups) {
  return groups.find(({ id }) => id === 'general')?.entries ?? [];
}

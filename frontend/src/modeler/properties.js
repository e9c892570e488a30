// Our provider: keeps the useful groups, adds "Approval step" and the English name.
import { TextFieldEntry, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';

import { ENGLISH } from '../bpmn/names.js';
import { approvalGroup } from './approval.js';
import { readProperty, writeProperty } from './extension-properties.js';
import { isWanted } from './groups.js';

/** After the others, whose groups we choose from. */
const priority = 100;

export function properties(data) {
  class Provider {
    constructor(propertiesPanel, injector) {
      this.injector = injector;
      propertiesPanel.registerProvider(priority, this);
    }

    getGroups(element) {
      return (groups) => {
        const kept = groups.filter(isWanted);
        const general = kept.find(({ id }) => id === 'general');
        if (general) general.shouldOpen = true;
        if (general && data.language === 'zh' && general.entries.some(({ id }) => id === 'name')) {
          const place = general.entries.findIndex(({ id }) => id === 'name') + 1;
          general.entries.splice(place, 0, englishName(element, this.injector));
        }
        return [...kept.slice(0, 1), ...approvalGroup(element, this.injector, data), ...kept.slice(1)];
      };
    }
  }
  Provider.$inject = ['propertiesPanel', 'injector'];
  return { __init__: ['countersignProperties'], countersignProperties: ['type', Provider] };
}

function englishName(element, injector) {
  return {
    id: 'name-english',
    element,
    component: TextFieldEntry,
    isEdited: isTextFieldEntryEdited,
    label: injector.get('translate')('English name'),
    debounce: injector.get('debounceInput'),
    getValue: () => readProperty(element, ENGLISH) ?? '',
    setValue: (value) => writeProperty(element, ENGLISH, value || undefined, injector),
  };
}

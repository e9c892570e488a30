// What an item that an event begins is about, and in whose name it runs: nobody is there to say it.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { approval, entriesFor } from './entries.js';

export function eventStartGroup(element, injector) {
  if (!is(element, 'bpmn:StartEvent') || !element.businessObject.get('eventDefinitions').length) return [];
  const translate = injector.get('translate');
  const make = entriesFor(element, injector);
  return [{
    id: 'cs-event-start',
    label: translate('What the event begins'),
    shouldOpen: true,
    entries: [
      make.text('subject', translate('Project it is about'), approval(element, injector, 'appr.subject'),
        translate('Code of the project, where the message does not name one.')),
      make.text('initiator', translate('In whose name'), approval(element, injector, 'appr.initiator'),
        translate('User name of the initiator, where no person has sent the message.')),
    ],
  }];
}

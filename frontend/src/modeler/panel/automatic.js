// What no person does: the process that a call activity runs, the work of a service task.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { attribute, entriesFor, withPresent } from './entries.js';

export function callGroup(element, injector, { processes }) {
  if (!is(element, 'bpmn:CallActivity')) return [];
  const translate = injector.get('translate');
  const called = attribute(element, injector, 'calledElement');
  return [{
    id: 'cs-call',
    label: translate('Called process'),
    shouldOpen: true,
    entries: [entriesFor(element, injector).select('called', translate('Process'), called,
      withPresent([{ value: '', label: translate('Choose…') }, ...processes], called.read()),
      translate('A started instance keeps the version that was newest when it started.'))],
  }];
}

export function serviceGroup(element, injector, { topics }) {
  if (!isAny(element, ['bpmn:ServiceTask', 'bpmn:SendTask'])) return [];
  const translate = injector.get('translate');
  const topic = {
    read: () => element.businessObject.get('camunda:topic'),
    write: (value) => injector.get('modeling').updateProperties(element, {
      'camunda:type': value && 'external', 'camunda:topic': value,
    }),
  };
  return [{
    id: 'cs-service',
    label: translate('Automatic work'),
    shouldOpen: true,
    entries: [entriesFor(element, injector).select('topic', translate('What is done'), topic,
      withPresent([{ value: '', label: translate('Choose…') }, ...topics], topic.read()))],
  }];
}

// The name in both languages, whatever the page's one. A pool is the process that it draws: its
// names are kept at both, so that lists and canvas agree.
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { CHINESE, ENGLISH } from '../names.js';
import { entriesFor } from './entries.js';
import { propertyCommands, readProperty } from './extension-properties.js';

const nameless = ['bpmn:Collaboration', 'bpmn:TextAnnotation', 'bpmn:Group'];

export function namesGroup(chosen, injector, { language }) {
  const element = meant(chosen, injector);
  if (isAny(element, nameless) || element.labelTarget) return [];
  const translate = injector.get('translate');
  const make = entriesFor(element, injector);
  const other = language === 'zh' ? ENGLISH : CHINESE;
  const shown = nameAccess(element, injector);
  const kept = propertyAccess(element, injector, other);
  const [chinese, english] = language === 'zh' ? [shown, kept] : [kept, shown];
  return [{
    id: 'cs-names',
    label: translate('Name'),
    shouldOpen: true,
    entries: [
      make.area('name-zh', translate('Chinese name'), chinese),
      make.area('name-en', translate('English name'), english),
    ],
  }];
}

/** The process that is drawn by what was chosen, with its shape; none for anything inside it. */
export function drawnProcess(chosen, injector) {
  const element = meant(chosen, injector);
  const process = owners(element).find((each) => is(each, 'bpmn:Process'));
  return process && !element.labelTarget ? { element, process } : undefined;
}

/** With nothing chosen, the sheet itself is: it means the process. */
function meant(chosen, injector) {
  return is(chosen, 'bpmn:Collaboration') ? pool(injector) ?? chosen : chosen;
}

function pool(injector) {
  return injector.get('elementRegistry').find((each) => is(each, 'bpmn:Participant') && !each.labelTarget);
}

function owners(element) {
  const own = getBusinessObject(element);
  return is(own, 'bpmn:Participant') && own.processRef ? [own, own.processRef] : [own];
}

function nameAccess(element, injector) {
  const [own, process] = owners(element);
  return {
    read: () => own.name,
    write: (name) => run(injector, [
      { cmd: 'element.updateProperties', context: { element, properties: { name } } },
      ...(process ? [{ cmd: 'element.updateModdleProperties', context: { element, moddleElement: process, properties: { name } } }] : []),
    ]),
  };
}

function propertyAccess(element, injector, property) {
  const all = owners(element);
  return {
    read: () => readProperty(all[0], property),
    write: (value) => run(injector, all.flatMap((owner) => propertyCommands(element, owner, property, value, injector))),
  };
}

function run(injector, commands) {
  injector.get('commandStack').execute('properties-panel.multi-command-executor', commands);
}

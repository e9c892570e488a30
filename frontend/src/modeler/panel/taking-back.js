// How far an item may be taken back or ended by those who are in it: said by the process for all of
// its steps, and by a step where it differs.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { approval, approvalOf, entriesFor, withPresent } from './entries.js';
import { drawnProcess } from './names.js';

const labels = (translate) => ({
  'appr.withdraw': translate('The initiator may withdraw it'),
  'appr.recall': translate('A decision may be recalled'),
  'appr.resubmit': translate('What was sent back goes'),
  'appr.terminate': translate('May be terminated by'),
});

export function processGroups(chosen, injector, { policies }) {
  const { element, process } = drawnProcess(chosen, injector) ?? {};
  if (!process) return [];
  const translate = injector.get('translate');
  const make = entriesFor(element, injector);
  const said = (name) => approvalOf(element, process, injector, name);
  return [{
    id: 'cs-taking-back',
    label: translate('Taking back and ending'),
    entries: Object.entries(labels(translate)).map(([name, label]) => {
      const access = said(name);
      const value = access.read() ?? policies[name][0].value;
      return make.select(name.slice('appr.'.length), label,
        { read: () => value, write: access.write, isSaid: () => access.read() !== undefined }, withPresent(policies[name], value));
    }),
  }, {
    id: 'cs-start',
    label: translate('Start'),
    entries: [make.text('variables', translate('What its starter gives'), said('appr.variables'),
      translate('Names of variables that conditions may read, separated by spaces.'))],
  }];
}

/** Withdrawing asks the first step only; elsewhere the word is shown where a diagram has it. */
export function takingBackGroup(element, injector, { policies }) {
  const translate = injector.get('translate');
  const make = entriesFor(element, injector);
  const names = labels(translate);
  const access = (name) => approval(element, injector, name);
  const shown = Object.keys(names).filter((name) => name !== 'appr.withdraw' || isFirst(element) || access(name).read());
  return {
    id: 'cs-taking-back',
    label: translate('Taking back and ending'),
    entries: shown.map((name) => make.select(name.slice('appr.'.length), names[name], access(name),
      withPresent([{ value: '', label: translate('As the process says') }, ...policies[name]], access(name).read()))),
  };
}

/** Whether nobody acts before this step, read against the flow. */
function isFirst(element) {
  const seen = new Set([element]);
  const open = [element];
  while (open.length) {
    for (const { source } of open.shift().incoming) {
      if (is(source, 'bpmn:StartEvent')) return true;
      if (!seen.has(source) && !isAny(source, ['bpmn:UserTask', 'bpmn:CallActivity', 'bpmn:SubProcess'])) open.push(source);
      seen.add(source);
    }
  }
  return false;
}

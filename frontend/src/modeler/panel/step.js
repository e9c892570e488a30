// A user task is a step of an approval: who, with which form, by when, by which rule. Attributes of
// Camunda 7 and camunda:properties "appr.…"; one entry per setting, in the words of the bureau.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { approval, attribute, entriesFor, withPresent, words } from './entries.js';
import { readProperties, writeProperty } from './extension-properties.js';
import { otherSteps } from './other-steps.js';
import { exceptionsGroup, strategyEntries } from './people.js';
import { takingBackGroup } from './taking-back.js';

const FIELD = 'appr.field.';
const modes = (translate) => [
  ['single', translate('One person of any role')], ['any', translate('Each role signs, one is enough')],
  ['all', translate('Every role signs')], ['ratio', translate('A share of them agrees')],
  ['count', translate('A number of them agrees')], ['sequential', translate('Every role signs, one after the other')],
  ['weight', translate('By weight')],
];
const MEASURED = ['ratio', 'count', 'weight'];
const passHints = (translate) => ({
  ratio: translate('A fraction such as 2/3.'), count: translate('A number of people.'),
  weight: translate('A fraction of the whole weight, or a number.'),
});
const rejects = (translate) => [
  ['first', translate('At the first “no”')], ['unreachable', translate('When passing has become impossible')],
  ['2', translate('At the second “no”')], ['3', translate('At the third “no”')], ['never', translate('Only when all have voted')],
];
const ties = (translate) => [
  ['', translate('Exactly half is enough; undecided is rejected')], ['pass', translate('Passes')], ['reject', translate('Is rejected')],
];
const abstentions = (translate) => [['no', translate('Not allowed')], ['yes', translate('Allowed; it counts neither for nor against')]];
const opinions = (translate) => [
  ['optional', translate('Optional')], ['required_unless_agree', translate('Required unless agreed')],
  ['required', translate('Required')],
];
const signatures = (translate) => [
  ['none', translate('Not asked')], ['typed', translate('By the typed name')], ['drawn', translate('Drawn by hand')],
];
const attachments = (translate) => [
  ['none', translate('Not asked')], ['optional', translate('Optional')], ['required', translate('Required')],
];
const returns = (translate) => [
  ['drawn', translate('Where the diagram draws a return')], ['initiator', translate('To the first step only')],
  ['previous', translate('To the step before only')], ['any', translate('To any earlier step')],
  ['none', translate('Nowhere')],
];

const timeouts = (translate) => [
  ['remind', translate('It is reminded, and waits')], ['escalate', translate('It is given to a superior as well')],
  ['approve', translate('It counts as agreed')], ['reject', translate('It counts as rejected')],
];

export function stepGroups(element, injector, data) {
  if (!is(element, 'bpmn:UserTask')) return [];
  const translate = injector.get('translate');
  const make = entriesFor(element, injector);
  const said = (name) => approval(element, injector, name);
  const picked = (name, pairs) => withPresent(pairs(translate).map(([value, label]) => ({ value, label })), said(name).read());
  const mode = said('appr.mode').read() ?? 'single';
  const formKey = element.businessObject.get('camunda:formKey');
  const form = data.forms.find(({ value }) => value === formKey);
  const group = (id, label, entries, shouldOpen) => ({ id: `cs-${id}`, label, entries, shouldOpen });
  return [
    group('who', translate('Who, with what, until when'), [
      ...strategyEntries(element, injector, data),
      make.several('roles', translate('Roles'), words(attribute(element, injector, 'camunda:candidateGroups'), ','), data.roles,
        translate('Each is looked up for the project’s unit, department, section or agency.')),
      make.select('form', translate('Form'), attribute(element, injector, 'camunda:formKey'),
        withPresent([{ value: '', label: translate('No form') }, ...data.forms], formKey)),
      make.text('due', translate('Due within'), attribute(element, injector, 'camunda:dueDate'), translate('P3BD: three working days; P3D: three calendar days; PT8H: eight hours.')),
    ], true),
    group('rule', translate('Approval rule'), [
      make.select('mode', translate('How many decide'), withDefault(said('appr.mode'), 'single'), picked('appr.mode', modes)),
      ...(MEASURED.includes(mode) ? [make.text('pass', translate('Needed to pass'), said('appr.pass'), passHints(translate)[mode])] : []),
      ...(mode === 'weight' ? weights(element, injector, data).map(([role, label]) => make.text(`weight-${role}`, translate('Weight of {role}', { role: label }), withDefault(said(`appr.weight.${role}`), '1'))) : []),
      ...(mode === 'single' ? [] : [
        make.select('reject', translate('A “no” ends the step'), withDefault(said('appr.reject'), ['all', 'sequential'].includes(mode) ? 'first' : 'unreachable'), picked('appr.reject', rejects)),
        make.select('tie', translate('An even or undecided vote'), said('appr.tie'), picked('appr.tie', ties)),
        make.select('abstain', translate('Abstaining'), withDefault(said('appr.abstain'), 'no'), picked('appr.abstain', abstentions)),
      ]),
    ]),
    exceptionsGroup(element, injector, data),
    group('duties', translate('Duties kept apart'), [
      make.several('exclude', translate('Not the same person as in'), words(said('appr.exclude'), ' '),
        [{ value: 'declaring_unit', label: translate('Anybody of the declaring unit') }, ...otherSteps(element, injector, data)],
        translate('Who acted in one of these may not act here.')),
    ]),
    group('returns', translate('Returns'), [
      make.select('returnTo', translate('May return'), withDefault(said('appr.returnTo'), 'drawn'), picked('appr.returnTo', returns)),
    ]),
    takingBackGroup(element, injector, data),
    group('opinion', translate('Opinion, signature, file'), [
      make.select('opinion', translate('A written opinion is'), withDefault(said('appr.opinion'), 'optional'), picked('appr.opinion', opinions)),
      make.select('sign', translate('An approval is signed'), withDefault(said('appr.sign'), 'none'), picked('appr.sign', signatures)),
      make.select('attachment', translate('A file attached in this step is'), withDefault(said('appr.attachment'), 'none'), picked('appr.attachment', attachments)),
    ]),
    group('time', translate('When time runs out'), [
      make.text('remind', translate('Reminders before it is due'), said('appr.remind'), translate('P3BD P1BD: three working days before, and one.')),
      make.select('timeout', translate('A late step'), timeout(said), picked('appr.timeout', timeouts), translate('Done by the system in its own name; no vote is written for anybody.')),
      ...(said('appr.timeout').read() === 'escalate' ? [make.several('escalate', translate('Superiors who get it'), words(said('appr.escalate'), ' '), data.roles)] : []),
    ]),
    group('copies', translate('Copies'), [
      make.several('copy', translate('Who may read it afterwards'), words(said('appr.copy'), ' '), data.roles),
    ]),
    ...(form ? [group('rights', translate('Field rights'), [make.rights('fields', rights(element, injector), form.fields)])] : []),
  ];
}

function rights(element, injector) {
  const owner = element.businessObject;
  return {
    read: () => new Map([...readProperties(owner, FIELD)].map(([name, value]) => [name.slice(FIELD.length), value])),
    write: (path, right) => writeProperty(element, owner, FIELD + path, right, injector),
  };
}

// Superiors are named for an escalation only: another choice lets them go.
function timeout(said) {
  const access = withDefault(said('appr.timeout'), 'remind');
  return {
    ...access,
    write: (value) => {
      access.write(value);
      if (value !== 'escalate' && said('appr.escalate').read()) said('appr.escalate').write(undefined);
    },
  };
}

/** The roles of the step with their names: each may have a weight. */
function weights(element, injector, data) {
  const roles = words(attribute(element, injector, 'camunda:candidateGroups')).read();
  return roles.map((role) => [role, data.roles.find(({ value }) => value === role)?.label ?? role]);
}

function withDefault(access, value) {
  return { read: () => access.read() ?? value, write: access.write, isSaid: () => access.read() !== undefined };
}

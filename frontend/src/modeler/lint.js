// Rules of bpmnlint and two of ours, checked in the browser while drawing. They only warn: what may
// be deployed is decided by the server, with the rules of the engine.
import testRule from 'bpmnlint/lib/test-rule.js';
import endEventRequired from 'bpmnlint/rules/end-event-required.js';
import labelRequired from 'bpmnlint/rules/label-required.js';
import noDisconnected from 'bpmnlint/rules/no-disconnected.js';
import noDuplicateSequenceFlows from 'bpmnlint/rules/no-duplicate-sequence-flows.js';
import noImplicitSplit from 'bpmnlint/rules/no-implicit-split.js';
import startEventRequired from 'bpmnlint/rules/start-event-required.js';
import superfluousGateway from 'bpmnlint/rules/superfluous-gateway.js';
import { CHINESE, ENGLISH } from './names.js';
import { readProperty } from './panel/extension-properties.js';

/** Made anew for each check: some of them remember what they have seen. */
const rulesAnew = () => ({
  'start-event-required': startEventRequired(),
  'end-event-required': endEventRequired(),
  'label-required': labelRequired(),
  'no-disconnected': noDisconnected(),
  'no-duplicate-sequence-flows': noDuplicateSequenceFlows(),
  'no-implicit-split': noImplicitSplit(),
  'superfluous-gateway': superfluousGateway(),
});

/** In the words of the bureau; these come translated. */
const oursIn = (translate) => ({
  'somebody-decides': { check: somebodyDecides(translate('Nobody is named to decide this step')) },
  'both-names': { check: bothNames(translate('The Chinese name is missing'), translate('The English name is missing')) },
});
const pause = 300;

export function startLint(editor, problems) {
  const translate = editor.modeler.get('translate');
  const ours = oursIn(translate);
  const found = (all, word) => Object.entries(all).flatMap(([code, rule]) => testRule({ moddleRoot: editor.modeler.getDefinitions(), rule })
    .map(({ id, message }) => ({ code, where: id, level: 'warn', detail: word(message) })));
  let timer;
  const check = () => problems.show('local', [...found(rulesAnew(), translate), ...found(ours, (message) => message)]);
  editor.modeler.on('commandStack.changed', () => {
    clearTimeout(timer);
    timer = setTimeout(check, pause);
  });
  check();
}

function somebodyDecides(words) {
  return (node, reporter) => {
    if (node.$type !== 'bpmn:UserTask') return;
    const named = ['assignee', 'candidateGroups', 'candidateUsers'].some((name) => node.get(`camunda:${name}`));
    if (!named) reporter.report(node.id, words);
  };
}

function bothNames(chinese, english) {
  const isChinese = document.documentElement.lang.startsWith('zh');
  return (node, reporter) => {
    if (!['bpmn:UserTask', 'bpmn:Lane'].includes(node.$type) || !node.name) return;
    if (!readProperty(node, isChinese ? ENGLISH : CHINESE)) reporter.report(node.id, isChinese ? english : chinese);
  };
}

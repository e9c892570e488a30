// Rules of bpmnlint and one of ours, checked in the browser while drawing. They only warn: what may
// be deployed is decided by the server, with the rules of the engine.
import testRule from 'bpmnlint/lib/test-rule.js';
import endEventRequired from 'bpmnlint/rules/end-event-required.js';
import fakeJoin from 'bpmnlint/rules/fake-join.js';
import labelRequired from 'bpmnlint/rules/label-required.js';
import noDisconnected from 'bpmnlint/rules/no-disconnected.js';
import noDuplicateSequenceFlows from 'bpmnlint/rules/no-duplicate-sequence-flows.js';
import noImplicitSplit from 'bpmnlint/rules/no-implicit-split.js';
import startEventRequired from 'bpmnlint/rules/start-event-required.js';
import superfluousGateway from 'bpmnlint/rules/superfluous-gateway.js';

const rules = {
  'start-event-required': startEventRequired(),
  'end-event-required': endEventRequired(),
  'fake-join': fakeJoin(),
  'label-required': labelRequired(),
  'no-disconnected': noDisconnected(),
  'no-duplicate-sequence-flows': noDuplicateSequenceFlows(),
  'no-implicit-split': noImplicitSplit(),
  'superfluous-gateway': superfluousGateway(),
  'somebody-decides': { check: somebodyDecides },
};
const pause = 300;

export function startLint(editor, problems) {
  const translate = editor.modeler.get('translate');
  let timer;
  const check = () => {
    const moddleRoot = editor.modeler.getDefinitions();
    problems.show('local', Object.entries(rules).flatMap(([code, rule]) => testRule({ moddleRoot, rule })
      .map(({ id, message }) => ({ code, where: id, level: 'warn', detail: translate(message) }))));
  };
  editor.modeler.on('commandStack.changed', () => {
    clearTimeout(timer);
    timer = setTimeout(check, pause);
  });
  check();
}

function somebodyDecides(node, reporter) {
  if (node.$type !== 'bpmn:UserTask') return;
  const named = ['assignee', 'candidateGroups', 'candidateUsers'].some((name) => node.get(`camunda:${name}`));
  const byRule = node.extensionElements?.values?.some((each) => each.values?.some(({ name }) => name === 'appr.strategy'));
  if (!named && !byRule) reporter.report(node.id, 'Nobody is named to decide this step');
}

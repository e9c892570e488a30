// The steps that duties can be kept apart from: the others of this diagram in reading order, and
// those of the processes that it calls.
import { is } from 'bpmn-js/lib/util/ModelUtil';

export function otherSteps(element, injector, { processes }) {
  const registry = injector.get('elementRegistry');
  const own = registry.filter((each) => is(each, 'bpmn:UserTask') && each !== element && !each.labelTarget)
    .sort((one, other) => one.x - other.x || one.y - other.y)
    .map(({ id, businessObject }) => ({ value: id, label: businessObject.name || id }));
  const called = new Set(registry.filter((each) => is(each, 'bpmn:CallActivity'))
    .map(({ businessObject }) => businessObject.get('calledElement')));
  const theirs = processes.filter(({ value }) => called.has(value))
    .flatMap(({ label, steps }) => steps.map((step) => ({ ...step, group: label })));
  return [...own, ...theirs];
}

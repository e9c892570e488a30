// "Insert a step behind this": makes room to the right and puts a user task into the flow that leaves
// the chosen element. One command, so that one undo takes it back.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { newStep } from './people-first.js';

const command = 'countersign.insert-step';
/** Pixels between a step and its neighbours. */
const gap = 50;
const entry = '<div class="entry cs-insert-step" draggable="true"><svg viewBox="0 0 22 22" width="22" height="22" fill="none" '
  + 'stroke="currentColor" stroke-width="1.6"><rect x="6" y="6" width="10" height="10" rx="2"/>'
  + '<path d="M0 11h5M17 11h5M11 8.5v5M8.5 11h5"/></svg></div>';

export default {
  __init__: ['insertStep'],
  insertStep: ['type', InsertStep],
};

function InsertStep(injector, contextPad, commandStack, translate) {
  commandStack.register(command, { preExecute: (context) => insert(injector, context) });
  contextPad.registerProvider({
    getContextPadEntries: (element) => (flowBehind(element) ? {
      'insert-step': {
        group: 'model',
        html: entry,
        title: translate('Insert a step behind this'),
        action: { click: () => {
          const context = { element };
          commandStack.execute(command, context);
          injector.get('selection').select(context.step);
          injector.get('directEditing').activate(context.step);
        } },
      },
    } : {}),
  });
}
InsertStep.$inject = ['injector', 'contextPad', 'commandStack', 'translate'];

/** The only flow out of an element; where ways part, it is unclear which of them is meant. */
function flowBehind(element) {
  const flows = (element.outgoing ?? []).filter((each) => is(each, 'bpmn:SequenceFlow'));
  return is(element, 'bpmn:FlowNode') && !element.labelTarget && flows.length === 1 ? flows[0] : undefined;
}

function insert(injector, context) {
  const flow = flowBehind(context.element);
  const { source, target } = flow;
  const step = newStep(injector.get('elementFactory'));
  const right = source.x + source.width;
  const missing = right + step.width + 2 * gap - target.x;
  if (target.x >= right && missing > 0) makeRoom(injector, (right + target.x) / 2, missing);
  const place = { x: right + gap + step.width / 2, y: source.y + source.height / 2 };
  context.step = injector.get('modeling').createShape(step, place, flow);
}

/** Moves everything right of `x`, and widens what reaches over it. */
function makeRoom(injector, x, missing) {
  const spaceTool = injector.get('spaceTool');
  const root = injector.get('canvas').getRootElement();
  const all = injector.get('elementRegistry').filter((each) => each !== root);
  const delta = { x: Math.ceil(missing / 10) * 10, y: 0 };
  const { movingShapes, resizingShapes } = spaceTool.calculateAdjustments(all, 'x', delta.x, x);
  spaceTool.makeSpace(movingShapes, resizingShapes, delta, 'e', x);
}

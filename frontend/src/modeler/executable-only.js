// The menus offer what the engine executes; what a file from elsewhere has besides is kept as it is.
import { PopupEntries } from 'bpmn-js/lib/features/popup-menu/PopupEntries';

/** The deploy gate's list, by the names of bpmn-js. */
const executed = new Set([
  'task', 'user-task', 'service-task', 'send-task', 'manual-task', 'script-task', 'call-activity',
  'collapsed-subprocess', 'expanded-subprocess', 'expanded-pool',
  'exclusive-gateway', 'parallel-gateway', 'inclusive-gateway',
  'none-start-event', 'none-intermediate-throwing', 'none-end-event', 'timer-intermediate-catch',
  'timer-boundary', 'non-interrupting-timer-boundary', 'error-boundary', 'error-end', 'terminate-end',
]);
const refused = new Set([...Object.keys(PopupEntries).filter((each) => !executed.has(each)), 'ad-hoc-subprocess']);
/** How many sign is a rule of the step, not a loop of the diagram. */
const loops = new Set(['toggle-parallel-mi', 'toggle-sequential-mi', 'toggle-loop']);
const menus = ['bpmn-append', 'bpmn-create', 'bpmn-replace'];
const priority = 500; // after the usual providers

export default {
  __init__: ['executableOnly'],
  executableOnly: ['type', ExecutableOnly],
};

function ExecutableOnly(popupMenu) {
  const keep = (isOffered) => () => (entries) => Object.fromEntries(Object.entries(entries).filter(([id]) => isOffered(id)));
  const provider = {
    getPopupMenuEntries: keep((id) => !refused.has(id.replace(/^(append|create|replace-with)-/, ''))),
    getPopupMenuHeaderEntries: keep((id) => !loops.has(id)),
  };
  for (const menu of menus) popupMenu.registerProvider(menu, priority, provider);
}
ExecutableOnly.$inject = ['popupMenu'];

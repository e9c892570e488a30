// The groups of the properties panel that a process owner needs; the others are for programmers
// (listeners, field injection, connectors, asynchronous continuations).

const wanted = new Set([
  'general', 'approval', 'documentation', 'timer', 'message', 'error', 'signal', 'multiInstance',
  'CamundaPlatform__Condition', 'CamundaPlatform__CallActivity', 'CamundaPlatform__Implementation',
  'CamundaPlatform__StartInitiator', 'CamundaPlatform__CandidateStarter', 'CamundaPlatform__ExtensionProperties',
]);

export const isWanted = ({ id }) => wanted.has(id);

// How a step finds its people: a strategy with its parameter, and what happens when nobody is left,
// when it would be the initiator, or the same approver again. People and roles are picked, not typed.
import { approval, entriesFor, withPresent, words } from './entries.js';
import { otherSteps } from './other-steps.js';

const counted = { superior: 'Which level', superiors: 'Up to which level', least_loaded: 'How many people', round_robin: 'How many people', expert_pool: 'How many people' };
const levels = ['1', '2', '3', '4', '5'].map((value) => ({ value, label: value }));

export function strategyEntries(element, injector, data) {
  const translate = injector.get('translate');
  const make = entriesFor(element, injector);
  const strategy = approval(element, injector, 'appr.strategy');
  const param = approval(element, injector, 'appr.param');
  // Another strategy means something else by its parameter.
  const access = { read: strategy.read, write: (value) => { strategy.write(value); if (param.read()) param.write(undefined); } };
  const chosen = strategy.read() ?? '';
  return [
    make.select('strategy', translate('How its people are found'), access,
      withPresent([{ value: '', label: translate('By the roles below') }, ...data.strategies], chosen)),
    ...paramEntries(chosen, param, make, translate, () => otherSteps(element, injector, data), data),
  ];
}

function paramEntries(chosen, param, make, translate, steps, data) {
  const said = param.read();
  if (chosen === 'user') return [make.several('param', translate('People'), words(param, ' '), data.people)];
  if (chosen === 'position') return [make.select('param', translate('Position'), param, withPresent([{ value: '', label: translate('Choose…') }, ...data.positions], said))];
  if (chosen === 'approver_choice') return [make.select('param', translate('The approver of'), param, withPresent([{ value: '', label: translate('Choose…') }, ...steps()], said))];
  if (chosen === 'form_field') return [make.text('param', translate('Field'), param, translate('A step and a field of its form: compile_goals.leader'))];
  if (chosen === 'expression') return [make.area('param', translate('Expression (FEEL)'), param, translate('It gives roles or user names.'))];
  if (counted[chosen]) return [make.select('param', translate(counted[chosen]), { read: () => said ?? '1', write: param.write, isSaid: () => said !== undefined }, withPresent(levels, said))];
  return [];
}

export function exceptionsGroup(element, injector, data) {
  const translate = injector.get('translate');
  const make = entriesFor(element, injector);
  const select = (id, label, name, choices, description) => {
    const access = approval(element, injector, name);
    const value = access.read() ?? choices[0].value;
    return make.select(id, translate(label), { read: () => value, write: access.write, isSaid: () => access.read() !== undefined }, withPresent(choices, value), description && translate(description));
  };
  const fallback = approval(element, injector, 'appr.fallback');
  const people = data.people.map(({ value, label }) => ({ value: `user@${value}`, label }));
  const isFallback = approval(element, injector, 'appr.empty').read() === 'fallback';
  return {
    id: 'cs-exceptions',
    label: translate('Nobody, oneself, once more'),
    entries: [
      select('empty', 'When nobody can do it', 'appr.empty', data.empty),
      ...(isFallback ? [make.select('fallback', translate('Fallback'), fallback, withPresent([{ value: '', label: translate('Choose…') }, ...data.roles, ...people], fallback.read()))] : []),
      select('self', 'When it is the initiator', 'appr.self', data.self),
      select('duplicate', 'Who has agreed in this round', 'appr.duplicate', data.duplicate, 'Never passed when the step was just returned to.'),
    ],
  };
}

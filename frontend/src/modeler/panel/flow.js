// A flow behind a gateway: after which decision it is taken, or else by which FEEL condition.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { entriesFor, withPresent } from './entries.js';

const choosing = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'];
const decision = /^\s*=?\s*([\w.-]+)\.outcome\s*=\s*"([^"]*)"\s*$/;

export function flowGroup(element, injector, { outcomes }) {
  const gateway = element.source;
  if (!is(element, 'bpmn:SequenceFlow') || !isAny(gateway, choosing) || gateway.businessObject.get('outgoing').length < 2) return [];
  const translate = injector.get('translate');
  const make = entriesFor(element, injector);
  const isDefault = gateway.businessObject.default === element.businessObject;
  const step = stepBefore(gateway);
  const condition = conditionAccess(element, injector);
  const outcome = {
    read: () => decision.exec(condition.read() ?? '')?.[2] ?? '',
    write: (code) => condition.write(code && `${step}.outcome = "${code}"`),
  };
  return [{
    id: 'cs-condition',
    label: translate('When this way is taken'),
    shouldOpen: true,
    entries: [
      make.checkbox('default', translate('In every other case'), defaultAccess(element, injector, isDefault), translate('One way of each gateway is taken when no other fits.')),
      ...(isDefault ? [] : [
        ...(step ? [make.select('outcome', translate('After the decision'), outcome,
          withPresent([{ value: '', label: translate('None: by the condition below') }, ...outcomes], outcome.read()))] : []),
        make.area('condition', translate('Condition (FEEL)'), condition, translate('For example: is_key = true')),
      ]),
    ],
  }];
}

/**
 * The id of the step whose decision reaches this gateway: the one that its other ways name, else the
 * nearest user task against the flow. What a called process decides is named by nothing drawn here.
 */
function stepBefore(gateway) {
  const named = gateway.businessObject.get('outgoing')
    .map((flow) => decision.exec(flow.get('conditionExpression')?.get('body') ?? '')?.[1])
    .find(Boolean);
  if (named) return named;
  const seen = new Set();
  const open = [gateway];
  while (open.length) {
    for (const { source } of open.shift().incoming) {
      if (is(source, 'bpmn:UserTask')) return source.id;
      if (!seen.has(source) && !isAny(source, ['bpmn:CallActivity', 'bpmn:SubProcess'])) open.push(source);
      seen.add(source);
    }
  }
  return undefined;
}

function conditionAccess(element, injector) {
  return {
    read: () => element.businessObject.get('conditionExpression')?.get('body'),
    write: (body) => {
      const conditionExpression = body && injector.get('bpmnFactory').create('bpmn:FormalExpression', { body });
      if (conditionExpression) conditionExpression.$parent = element.businessObject;
      injector.get('modeling').updateProperties(element, { conditionExpression: conditionExpression || undefined });
    },
  };
}

function defaultAccess(element, injector, isDefault) {
  const modeling = injector.get('modeling');
  return {
    read: () => isDefault,
    write: (wanted) => {
      modeling.updateProperties(element.source, { default: wanted ? element.businessObject : undefined });
    },
  };
}

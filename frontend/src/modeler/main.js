import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule } from 'bpmn-js-properties-panel';
import CamundaBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-platform';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import minimap from 'diagram-js-minimap';
import grid from 'diagram-js-grid';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import lint from 'bpmn-js-bpmnlint';
console.log(Modeler, BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule, CamundaBehaviors, camunda, minimap, grid, CreateAppendAnythingModule, lint);

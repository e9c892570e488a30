// bpmn-js with our modules; opens and gives back XML in the language of the page.
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import Modeler from 'bpmn-js/lib/Modeler';
import camundaBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-platform';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import grid from 'diagram-js-grid';
import minimap from 'diagram-js-minimap';

import addExporter from '@bpmn-io/add-exporter';

import { fit } from '../bpmn/fit.js';
import executableOnly from './executable-only.js';
import insertStep from './insert-step.js';
import { showEnglish, storeChinese } from './names.js';
import { panelProvider } from './panel/provider.js';
import peopleFirst from './people-first.js';
import { translation } from './translation.js';

/** Room that the palette takes at the left of the canvas, in pixels. */
const palette = 70;

export function createEditor(page, data) {
  const isChinese = data.language === 'zh';
  const modeler = new Modeler({
    container: page.querySelector('[data-canvas]'),
    propertiesPanel: { parent: page.querySelector('[data-panel]') },
    exporter: { name: 'Countersign', version: data.product_version },
    moddleExtensions: { camunda },
    additionalModules: [
      BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, camundaBehaviors, CreateAppendAnythingModule,
      grid, minimap, addExporter, executableOnly, peopleFirst, insertStep, panelProvider(data), translation(isChinese),
    ],
  });
  const moddle = () => modeler.get('moddle');
  if (!isChinese) {
    modeler.on('import.parse.complete', ({ definitions }) => { if (definitions) showEnglish(definitions, moddle()); });
  }

  return {
    modeler,
    async open(xml) {
      await modeler.importXML(xml);
      this.fit();
    },
    fit: () => fit(modeler, { left: palette }),
    zoom: (steps) => modeler.get('zoomScroll').stepZoom(steps),
    async xml() {
      const { xml } = await modeler.saveXML({ format: true });
      if (isChinese) return xml;
      // On a copy, so that what is being edited stays as it is.
      const { rootElement } = await moddle().fromXML(xml);
      storeChinese(rootElement, moddle());
      return (await moddle().toXML(rootElement, { format: true })).xml;
    },
  };
}

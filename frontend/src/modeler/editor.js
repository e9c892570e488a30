// bpmn-js with our modules; opens and gives back XML in the language of the page.
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule } from 'bpmn-js-properties-panel';
import Modeler from 'bpmn-js/lib/Modeler';
import camundaBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-platform';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import grid from 'diagram-js-grid';
import minimap from 'diagram-js-minimap';

import addExporter from '@bpmn-io/add-exporter';

import { fit } from '../bpmn/fit.js';
import { toEnglish, toStored } from '../bpmn/names.js';
import { properties } from './properties.js';
import { translation } from './translation.js';

export function createEditor(page, data) {
  const isChinese = document.documentElement.lang.startsWith('zh');
  const modeler = new Modeler({
    container: page.querySelector('[data-canvas]'),
    propertiesPanel: { parent: page.querySelector('[data-panel]') },
    exporter: { name: 'Countersign', version: data.product_version },
    moddleExtensions: { camunda },
    additionalModules: [
      BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule,
      camundaBehaviors, CreateAppendAnythingModule, grid, minimap, addExporter,
      properties(data), translation(isChinese),
    ],
  });
  let before = new Map();
  if (!isChinese) keepChinese(modeler, () => before, (found) => { before = found; });

  /** The whole diagram, beside the palette, which is hidden on a small screen. */
  const fitBesidePalette = () => {
    const width = page.querySelector('.djs-palette').offsetWidth;
    fit(modeler, { left: width && width + 20 });
  };

  return {
    modeler,
    async open(xml) {
      await modeler.importXML(xml);
      fitBesidePalette();
    },
    fit: fitBesidePalette,
    async xml() {
      const { xml } = await modeler.saveXML({ format: true });
      if (isChinese) return xml;
      // On a copy, so that what is being edited stays as it is.
      const moddle = modeler.get('moddle');
      const { rootElement } = await moddle.fromXML(xml);
      toStored(rootElement, before, moddle);
      return (await moddle.toXML(rootElement, { format: true })).xml;
    },
  };
}

function keepChinese(modeler, get, set) {
  modeler.on('import.parse.complete', ({ definitions }) => { if (definitions) set(toEnglish(definitions)); });
  modeler.on('element.updateId', ({ element, newId }) => {
    const known = get().get(element.businessObject.id);
    if (known) get().set(newId, known);
  });
}

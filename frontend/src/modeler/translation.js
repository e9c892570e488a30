// bpmn-js asks `translate` for every word it shows. Misses are kept on the page, where a test finds
// those that the build could not see because they are put together at run time.
import zh from './zh.js';

export function translation(isChinese) {
  const missing = new Set();
  const translate = (template, values = {}) => {
    if (isChinese && template && !(template in zh)) {
      missing.add(template);
      document.documentElement.dataset.untranslated = [...missing].join('|');
    }
    const text = (isChinese && zh[template]) || template;
    return text.replace(/{([^}]+)}/g, (place, name) => values[name] ?? place);
  };
  return { translate: ['value', translate] };
}

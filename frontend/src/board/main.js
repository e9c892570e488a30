// Board, projects and letters: filters that work when chosen, and the button that prints.
import './board.css';
import './project.css';
import './letter.css';
import './sheet.css';

import { startFilters } from '../page/filters.js';

startFilters();
for (const button of document.querySelectorAll('[data-print]')) {
  button.addEventListener('click', () => window.print());
}

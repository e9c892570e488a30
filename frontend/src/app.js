// Loaded by every page: the style sheet and the small modules, each minding its own attributes.
import './app.css';

import { startAutosave } from './page/autosave.js';
import { startBulk } from './page/bulk.js';
import { startCounts } from './page/counts.js';
import { startDialogs } from './page/dialog.js';
import { startFill } from './page/fill.js';
import { startKeys } from './page/keys.js';
import { startSubmitOnce } from './page/submit-once.js';

startDialogs();
startFill();
startKeys();
startBulk();
startCounts();
startAutosave();
startSubmitOnce();
document.documentElement.dataset.ready = '';

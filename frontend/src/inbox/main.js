// The inbox: filters that work when chosen, and many tasks done with one opinion.
import './inbox.css';

import { startFilters } from '../page/filters.js';
import { startPhrases } from '../page/phrases.js';
import { startBatch } from './batch.js';

startFilters();
startBatch();
startPhrases();

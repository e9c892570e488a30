// Lists of work: filters that work when chosen, and many tasks done or handed over at once.
import './inbox.css';

import { startFilters } from '../page/filters.js';
import { startPeople } from '../page/people.js';
import { startPhrases } from '../page/phrases.js';
import { startBatch } from './batch.js';

startFilters();
startBatch();
startPeople();
startPhrases();

// The inbox: its filters work when they are chosen; ticks and keys are those of every list.
import './inbox.css';

import { startFilters } from '../page/filters.js';

startFilters();

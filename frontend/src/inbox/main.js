// The inbox: filters that work when chosen.
import './inbox.css';

import { startFilters } from '../page/filters.js';

startFilters();

// First: other modules ask for the language as they are loaded.
import './lib/reader-locale.js';
import './styles/index.js';
import { DASHBOARD_PATH } from '@9volt/contracts/pages';
import { pageAt } from './app/pages.js';
import { LiveStore } from './lib/live-store.js';

// This file is small, so that the data is on its way before the page that shows it.
const store = new LiveStore();
const page = pageAt(location.pathname.slice(DASHBOARD_PATH.length));
void page?.load();
store.start(page?.first?.(new URLSearchParams(location.search)));
const root = document.getElementById('root');
if (root) void import('./app/start.js').then(({ start }) => start(store, root));

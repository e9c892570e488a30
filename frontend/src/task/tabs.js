// [data-tabs]: a tab list for the panels [data-panel]; the arrows move as in any tab list. The tab
// chosen last stays chosen on the next task, unless one has news [data-news] for its reader. Without this script all panels are shown.

const remembered = 'countersign.context';

export function startTabs() {
  for (const place of document.querySelectorAll('[data-tabs]')) start(place);
}

function start(place) {
  const list = place.querySelector('[role=tablist]');
  const tabs = [...list.querySelectorAll('[role=tab]')];
  for (const title of place.querySelectorAll('[data-panel-title]')) title.hidden = true;
  for (const panel of place.querySelectorAll('[data-panel]')) {
    panel.setAttribute('role', 'tabpanel');
    panel.tabIndex = 0;
  }
  list.hidden = false;
  const choose = (chosen, { focus = false, keep = true } = {}) => {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      document.getElementById(tab.getAttribute('aria-controls')).hidden = tab !== chosen;
    }
    if (focus) chosen.focus();
    if (keep) sessionStorage.setItem(remembered, chosen.id);
  };
  list.addEventListener('click', ({ target }) => {
    const tab = target.closest('[role=tab]');
    if (tab) choose(tab);
  });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const here = tabs.indexOf(document.activeElement);
    choose(tabs[(here + step + tabs.length) % tabs.length], { focus: true });
  });
  const called = (id) => tabs.find((tab) => tab.id === id);
  const news = tabs.find((tab) => tab.dataset.news !== undefined);
  choose(called(location.hash.slice(1)) ?? news ?? called(sessionStorage.getItem(remembered)) ?? tabs[0], { keep: false });
}

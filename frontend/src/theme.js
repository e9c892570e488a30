// Before the first paint: "auto" becomes what the system prefers, and follows it.
const root = document.documentElement;
const dark = window.matchMedia('(prefers-color-scheme: dark)');

function follow() {
  if (root.dataset.csTheme === 'auto') root.dataset.bsTheme = dark.matches ? 'dark' : 'light';
}

follow();
dark.addEventListener('change', follow);

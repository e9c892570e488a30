// Live totals: data-total-of="funding.*.amount" shows the sum of the fields so named, exact to
// the places in data-places (2), and data-total-wanted="100" marks another sum. The server decides.

export function startTotals() {
  const totals = [...document.querySelectorAll('[data-total-of]')];
  if (!totals.length) return;
  document.addEventListener('input', () => totals.forEach(show));
  totals.forEach(show);
}

function show(total) {
  const places = Number(total.dataset.places ?? 2);
  const pattern = new RegExp(`^${total.dataset.totalOf.split('*').map(escaped).join('[^.]+')}$`);
  const fields = [...(total.form ?? total.closest('form') ?? document).querySelectorAll('[name]')];
  const sum = fields.filter(({ name, disabled }) => pattern.test(name) && !disabled)
    .reduce((all, { value }) => all + scaled(value, places), 0n);
  total.textContent = written(sum, places);
  if (total.dataset.totalWanted) {
    total.classList.toggle('over', sum !== scaled(total.dataset.totalWanted, places));
    total.classList.toggle('ok', sum === scaled(total.dataset.totalWanted, places));
  }
}

/** Text → whole number of the smallest unit, without ever passing through a float. */
export function scaled(text, places) {
  const found = /^\s*(-?)([\d,\s]*)(?:\.(\d*))?\s*$/.exec(text);
  if (!found) return 0n;
  const digits = found[2].replace(/[,\s]/g, '') + (found[3] ?? '').padEnd(places, '0').slice(0, places);
  return BigInt(digits || 0) * (found[1] ? -1n : 1n);
}

function written(sum, places) {
  const digits = String(sum < 0n ? -sum : sum).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ',');
  return (sum < 0n ? '-' : '') + whole + (places ? `.${digits.slice(-places)}` : '');
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

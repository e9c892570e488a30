// GET forms with data-filters: a filter works when it is chosen, the search when Enter is pressed;
// what narrows nothing stays out of the address.

export function startFilters() {
  for (const form of document.querySelectorAll('form[data-filters]')) {
    form.dataset.live = '';
    form.addEventListener('change', ({ target }) => {
      if (target.type !== 'search') form.requestSubmit();
    });
    form.addEventListener('formdata', ({ formData }) => {
      for (const [name, value] of [...formData]) if (value === '') formData.delete(name);
    });
  }
}

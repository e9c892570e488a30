// Sample sign-ins: a button with data-fill-form="id" and data-fill-<field>="value" fills that form.

export function startFill() {
  for (const button of document.querySelectorAll('[data-fill-form]')) {
    button.addEventListener('click', () => {
      const form = document.getElementById(button.dataset.fillForm);
      for (const field of form.elements) {
        const value = button.getAttribute(`data-fill-${field.name}`);
        if (value) field.value = value;
      }
      const empty = [...form.elements].find((field) => field.required && !field.value);
      (empty ?? form.querySelector('button:not([type=button])')).focus();
    });
  }
}

// Amounts as the pages write them: 1,200.50.

export function written(number, digits) {
  return number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

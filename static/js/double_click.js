/** The second half of a double click is no second press. */
export function dropDoubleClick(event) {
  if (event.detail > 1 && event.target.closest("button")) event.preventDefault();
}

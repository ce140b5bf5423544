/**
 * The region finder, made smoother: arrow keys walk through the suggestions that htmx put under the field, Escape puts
 * them away, their number is spoken. Without this file the suggestions are plain links; without htmx the form posts and
 * the page answers.
 */
const field = document.querySelector("form.finder input[name=place]");
const hits = document.getElementById("suggestions");
const count = document.getElementById("suggestion-count");

function links() {
  return Array.from(hits.querySelectorAll("a"));
}

function walk(event) {
  if (event.key === "Escape") {
    hits.replaceChildren();
    field.focus();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const stops = [field, ...links()];
  const here = stops.indexOf(document.activeElement);
  if (!step || here < 0 || stops.length === 1) return;
  event.preventDefault();
  stops[(here + step + stops.length) % stops.length].focus();
}

if (field && hits) {
  field.form.addEventListener("keydown", walk);
  // Only how many there are is spoken: a reader that read all of them at each letter would drown the typing.
  new MutationObserver(() => {
    count.textContent = hits.querySelector("p")?.textContent ?? "";
  }).observe(hits, { childList: true });
  // What was typed does not wait in the browser's memory of the page for who comes after.
  window.addEventListener("pagehide", () => {
    field.form.reset();
    hits.replaceChildren();
  });
}

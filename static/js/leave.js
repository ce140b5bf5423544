/**
 * Leave quickly: the exit link, and Shift pressed three times with at most five seconds between presses.
 *
 * Only Shift pressed alone counts; any other key or a click in between starts again (Shift+A is typing, not leaving).
 * Esc is left alone: it stops a loading page and has a meaning in too many programs. The page goes blank at once, since a
 * slow line would leave it in view; `location.replace` keeps Back from returning to it. Without script the link still works.
 */
const LIMIT = 5000;
const NEEDED = 3;

const exit = document.querySelector("a.exit");
const status = document.getElementById("leave-status");

let pressed = 0;
let alone = false;
let timer = 0;

function show(count, words) {
  pressed = count;
  if (count) exit.dataset.shift = String(count);
  else delete exit.dataset.shift;
  if (status) status.textContent = words;
}

function leave() {
  document.documentElement.classList.add("leaving");
  document.dispatchEvent(new Event("leaving")); // who holds what was typed forgets it now
  window.location.replace(exit.href);
}

function reset() {
  alone = false;
  clearTimeout(timer);
  if (pressed) show(0, "");
}

function count() {
  clearTimeout(timer);
  if (pressed + 1 >= NEEDED) {
    leave();
    return;
  }
  show(pressed + 1, pressed ? exit.dataset.twice : exit.dataset.once);
  timer = setTimeout(() => show(0, exit.dataset.expired), LIMIT);
}

if (exit) {
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") reset();
    else if (!event.repeat) alone = true;
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    count();
  });
  document.addEventListener("pointerdown", reset);
  // Who comes back by the browser's own memory of the page must find a page, not a blank one.
  window.addEventListener("pageshow", () => {
    document.documentElement.classList.remove("leaving");
    reset();
  });
}

/**
 * Does the sum that keeps programs out, for a form that carries one. Begun as soon as the page is there; whoever is faster
 * waits for it when he presses the button, ten seconds at most; without it the form goes too, and a minute's wait does the
 * same. Nothing about the visitor is in it.
 */
import { fill } from "./sums.js";

const PATIENCE = 10_000;
const field = document.querySelector("input[name=proof][data-challenge]");
const status = document.getElementById("proof-status");

/** Holds the form back, once, until the sum is done or patience is over. */
function holdBack(done) {
  field.form.addEventListener("submit", (event) => {
    if (field.value || status.textContent) return;
    event.preventDefault();
    status.textContent = status.dataset.busy;
    const patience = new Promise((resolve) => {
      setTimeout(resolve, PATIENCE);
    });
    // In a task of its own: a form that is told to go while its own submit event runs does not go.
    Promise.race([done, patience]).then(() => setTimeout(() => field.form.requestSubmit(event.submitter)));
  });
}

// Over plain http, but for this machine and onions, browsers have no crypto.subtle: the ticket does it then.
if (field && window.crypto?.subtle) {
  // What goes wrong here is no reason to keep anybody from the form.
  holdBack(fill(field).catch(() => {}));
}

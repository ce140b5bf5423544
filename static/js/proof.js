/**
 * The sum that keeps programs out, in the protocol of altcha (version 2, PBKDF2): find the number whose derived key begins
 * as the server says. Begun as soon as the page is there; the browser works in threads of its own and hands back after
 * each number, so typing is never held up. Whoever is faster waits for it when he presses the button, ten seconds at most;
 * without it the form goes too, and a minute's wait does the same. Nothing about the visitor is in it.
 */
const PATIENCE = 10_000;
const field = document.querySelector("input[name=proof][data-challenge]");
const status = document.getElementById("proof-status");

function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function derive(parameters, salt, password) {
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parameters.cost };
  return toHex(new Uint8Array(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8)));
}

/** The number and the key it gives. The server chose the number below 2^32, so there is one. */
async function solve(parameters) {
  const nonce = fromHex(parameters.nonce);
  const salt = fromHex(parameters.salt);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  const end = new DataView(password.buffer, nonce.length);
  for (let counter = 0; ; counter += 1) {
    end.setUint32(0, counter);
    const derivedKey = await derive(parameters, salt, password);
    if (derivedKey.startsWith(parameters.keyPrefix)) return { counter, derivedKey };
  }
}

async function fill() {
  const challenge = JSON.parse(field.dataset.challenge);
  const solution = await solve(challenge.parameters);
  field.value = btoa(JSON.stringify({ challenge, solution }));
}

/** Holds the form back, once, until the sum is done or patience is over. */
function holdBack(done) {
  field.form.addEventListener("submit", (event) => {
    if (field.value || status.textContent) return;
    event.preventDefault();
    status.textContent = status.dataset.busy;
    const patience = new Promise((resolve) => {
      setTimeout(resolve, PATIENCE);
    });
    Promise.race([done, patience]).then(() => field.form.requestSubmit(event.submitter));
  });
}

// Over plain http, but for this machine and onions, browsers have no crypto.subtle: the ticket does it then.
if (field && window.crypto?.subtle) {
  // What goes wrong here is no reason to keep anybody from the form.
  holdBack(fill().catch(() => {}));
}

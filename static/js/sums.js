// The sum that keeps programs out, in the protocol of altcha (version 2, PBKDF2): find the number whose derived key begins as
// the server says. The browser works in threads of its own and hands back after each number, so typing is never held up.

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

/** Puts what the server wants to see into a field that carries its challenge. */
export async function fill(field) {
  const challenge = JSON.parse(field.dataset.challenge);
  const solution = await solve(challenge.parameters);
  field.value = btoa(JSON.stringify({ challenge, solution }));
}

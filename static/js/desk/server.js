// Asking the desk's server. What goes there: the half of a passphrase that signs in, codes, numbers, statuses, sealed files.

/** The session has ended, or there was none. */
export class SignedOutError extends Error {}

/** The server refused; `reason` is its word for why. */
export class RefusedError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The server could not be reached. */
export class OfflineError extends Error {}

let heard = () => {};

/** Calls `listener` each time the server answered: each answer begins the idle time anew. */
export function whenHeard(listener) {
  heard = listener;
}

export function get(path) {
  return ask(path, { method: "GET" });
}

/** Asks without anyone having asked for it: the session does not last longer by it. */
export function getByItself(path) {
  return ask(path, { method: "GET" }, { "Desk-By-Itself": "yes" });
}

export function post(path, fields) {
  return ask(path, { method: "POST", body: new URLSearchParams(fields) });
}

async function ask(path, options, byItself = {}) {
  const headers = { Accept: "application/json", ...byItself };
  let response;
  try {
    response = await fetch(path, { ...options, headers, redirect: "error" });
  } catch {
    throw new OfflineError("no answer");
  }
  const answer = await response.json().catch(() => ({ error: "fault" }));
  if (response.status === 401 && answer.error === "signed_out") throw new SignedOutError("signed out");
  if (!response.ok) throw new RefusedError(answer.error);
  if (!("Desk-By-Itself" in headers)) heard();
  return answer;
}

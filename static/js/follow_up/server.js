// What the server is asked: bytes in the body of a post, and never a code among them. See tipline/tipster/sealed_follow_up.py.

const PATIENCE = 20_000; // for one answer

/** No answer came, or none that can be understood: whether anything was kept is not known. */
export class UnreachableError extends Error {}

/** The server's answer to these bytes. Throws UnreachableError. */
export async function ask(address, bytes) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: bytes,
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });
    const said = await answer.json();
    if (typeof said.is !== "string") throw new UnreachableError();
    return said;
  } catch {
    throw new UnreachableError();
  }
}

const AT_LEAST = 32; // ids
const NOBODYS = "00000000-0000-0000-0000-000000000000";

/** A lookup id with the ids of the answers that were new, or of none: as long either way, for who watches the line. */
export function telling(lookupId, answers) {
  return naming(lookupId, [...answers, ...Array(Math.max(0, AT_LEAST - answers.length)).fill(NOBODYS)]);
}

/** A lookup id with the ids of answers behind it. */
export function naming(lookupId, answers) {
  return new Blob([lookupId, ...answers]);
}

// Pages of this form that are fetched without leaving the document.

import { within } from "../patience.js";

const PATIENCE = 20_000;

/** The site can't be reached, or has no such page now. */
export class UnreachableError extends Error {}

/** A page, by GET or with the fields of a form: {page, path}, where `path` is where the server led in the end. */
export async function fetched(address, fields = null) {
  const posted = fields && { method: "POST", body: new URLSearchParams(fields) };
  try {
    return await within(PATIENCE, read(address, posted));
  } catch {
    throw new UnreachableError("not reached");
  }
}

async function read(address, posted) {
  const answer = await fetch(address, { cache: "no-store", ...posted });
  if (!answer.ok) throw new UnreachableError("no such page");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, path: new URL(answer.url).pathname };
}

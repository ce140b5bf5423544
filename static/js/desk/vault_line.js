// The line to the vault, which is started here.

import { WorkerLine } from "../worker_line.js";

const ADDRESS = new URL("./vault.js", import.meta.url).href;

// Trusted Types are enforced on the desk: this policy is the only one, and it lets through one address.
const policy = globalThis.trustedTypes?.createPolicy("signaallijn-desk", {
  createScriptURL(address) {
    if (address !== ADDRESS) throw new TypeError("not the vault");
    return address;
  },
});

/** Ending it ends every key with it. */
export class VaultLine extends WorkerLine {
  constructor() {
    super(policy ? policy.createScriptURL(ADDRESS) : ADDRESS);
  }
}

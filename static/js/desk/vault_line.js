// The line to the vault: starts the worker and asks it for deeds.

const ADDRESS = new URL("./vault.js", import.meta.url).href;

/** The vault refused; `name` is the name of its reason. */
export class VaultError extends Error {
  constructor(name) {
    super(name);
    this.name = name;
  }
}

// Trusted Types are enforced on the desk: this policy is the only one, and it lets through one address.
const policy = globalThis.trustedTypes?.createPolicy("signaallijn-desk", {
  createScriptURL(address) {
    if (address !== ADDRESS) throw new TypeError("not the vault");
    return address;
  },
});

export class VaultLine {
  #worker = new Worker(policy ? policy.createScriptURL(ADDRESS) : ADDRESS, { type: "module" });
  #waiting = new Map();
  #calls = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data }) => this.#answered(data));
    this.#worker.addEventListener("error", () => this.#failed());
  }

  /** What the vault gives for a deed. What stands in `transfer` is not here any more afterwards. Throws VaultError. */
  ask(deed, details = {}, transfer = []) {
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.#worker.postMessage({ call, deed, details }, transfer);
    });
  }

  /** Ends the worker, and every key with it. */
  end() {
    this.#worker.terminate();
  }

  #answered({ call, result, error }) {
    const { resolve, reject } = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (error) reject(new VaultError(error));
    else resolve(result);
  }

  #failed() {
    for (const { reject } of this.#waiting.values()) reject(new VaultError("BrokenVaultError"));
    this.#waiting.clear();
  }
}

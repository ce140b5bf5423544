// The line to the worker that opens and seals.

const ADDRESS = new URL("./opener.js", import.meta.url);

/** The worker refused, broke or is gone; `name` says why. */
export class OpenerError extends Error {
  constructor(name) {
    super(name);
    this.name = name;
  }
}

export class OpenerLine {
  #worker = new Worker(ADDRESS, { type: "module" });
  #waiting = new Map();
  #calls = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data }) => this.#answered(data));
    this.#worker.addEventListener("error", () => this.end());
  }

  /** What the worker gives for a deed. Throws OpenerError. */
  ask(deed, details = {}) {
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.#worker.postMessage({ call, deed, details });
    });
  }

  /** Ends the worker, and everything it knows. */
  end() {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new OpenerError("GoneError"));
    this.#waiting.clear();
  }

  #answered({ call, result, error }) {
    const { resolve, reject } = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (error) reject(new OpenerError(error));
    else resolve(result);
  }
}

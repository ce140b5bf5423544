// The line to the worker that seals.

const ADDRESS = new URL("./sealer.js", import.meta.url);

/** The worker refused, broke or is gone. */
export class SealerError extends Error {}

export class SealerLine {
  #worker = new Worker(ADDRESS, { type: "module" });
  #waiting = new Map();
  #calls = 0;
  #isOver = false;

  constructor() {
    this.#worker.addEventListener("message", ({ data }) => this.#answered(data));
    this.#worker.addEventListener("error", () => this.end());
  }

  /** What the worker gives for a deed. Throws SealerError. */
  ask(deed, details) {
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve, reject) => {
      if (this.#isOver) reject(new SealerError("gone"));
      this.#waiting.set(call, { resolve, reject });
      this.#worker.postMessage({ call, deed, details });
    });
  }

  /** Ends the worker, and everything it knows. */
  end() {
    this.#isOver = true;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new SealerError("gone"));
    this.#waiting.clear();
  }

  #answered({ call, result, error }) {
    const { resolve, reject } = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (error) reject(new SealerError(error));
    else resolve(result);
  }
}

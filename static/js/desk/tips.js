// The tips of this care point as the desk knows them: opened in the vault, kept in this document's memory only.

import { get } from "./server.js";

const BATCH = 8;

export class Tips {
  #vault;
  #opened = new Map(); // id -> { sealed, told }

  constructor(vault) {
    this.#vault = vault;
  }

  /** All tips: `{id, received_on, status, answers, additions, told}`; `told` is null when one can't be shown. */
  async all(progress) {
    const tips = await this.#listed();
    const unopened = tips.filter((tip) => this.#opened.get(tip.id)?.sealed !== tip.sealed);
    for (let start = 0; start < unopened.length; start += BATCH) {
      progress(start, unopened.length);
      await this.#open(unopened.slice(start, start + BATCH));
    }
    return tips.map((tip) => ({ ...tip, told: this.#opened.get(tip.id).told }));
  }

  /** One tip with its conversation: each message has its text, or null when it can't be shown. */
  async one(id) {
    const answer = await get(`/tips/${encodeURIComponent(id)}`);
    if (this.#opened.get(id)?.sealed !== answer.tip.sealed) await this.#open([answer.tip]);
    const { told } = this.#opened.get(id);
    const texts = told ? await this.#vault.ask("openMessages", { tip: id, messages: answer.messages }) : [];
    const messages = answer.messages.map((message, index) => ({ ...message, text: texts[index] ?? null }));
    return { ...answer.tip, told, messages, nextAnswer: answer.next_answer, additions: answer.additions, readers: answer.readers };
  }

  async #listed() {
    const found = [];
    for (let next = ""; next !== null; ) {
      const page = await get(`/tips${next ? `?after=${encodeURIComponent(next)}` : ""}`);
      found.push(...page.tips);
      next = page.next;
    }
    return found;
  }

  forget() {
    this.#opened.clear();
  }

  async #open(tips) {
    const files = tips.map(({ id, named, sealed }) => ({ id, named, sealed }));
    const told = await this.#vault.ask("openTips", { sealed: files });
    tips.forEach((tip, index) => this.#opened.set(tip.id, { sealed: tip.sealed, told: told[index] }));
  }
}

/** How badly someone is in danger, by the tip: "now", "soon" or null. */
export function danger(tip) {
  const said = tip.told?.answers.danger;
  return said === "now" || said === "soon" ? said : null;
}

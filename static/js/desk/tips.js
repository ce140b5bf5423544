// The tips of this care point as the desk knows them: opened in the vault, kept in this document's memory only.
//
// A tip is `{id, received_on, status, …, told, said}` as the server lists it; `told` is what it says, null when it can't be
// shown, and `said` the messages that were read here.

import { get, getByItself } from "./server.js";

const BATCH = 10; // files in one message to the vault: enough to keep it busy, few enough to tell how far it is
const PAGE = 50; // as the server's
const OPEN = "status=new&status=read&status=in_progress";
const NOTHING = () => {};

export class Tips {
  #vault;
  #opened = new Map(); // id -> { sealed, told, said }
  #news = null; // what the server said of the open cases when they were listed last

  constructor(vault) {
    this.#vault = vault;
  }

  /** All open cases. Who comes back is sent no file that is open here already. */
  async open(progress = NOTHING, ask = get) {
    const found = [];
    const query = `/tips?${this.#opened.size > 0 ? "brief&" : ""}${OPEN}`;
    for (let coming = ask(query), news = null; coming !== null; ) {
      const page = await coming;
      news ??= page.news;
      this.#news = news;
      coming = page.next && ask(`${query}&after=${encodeURIComponent(page.next)}`);
      coming?.catch(NOTHING); // it comes while the vault opens this one, and is looked at after that
      found.push(...(await this.#withTold(page.tips, progress, ask)));
    }
    return found;
  }

  /** Whether anything happened to the open cases since they were listed. Nobody asked for this. */
  async haveNews() {
    const { cases, changes } = await getByItself("/tips/news");
    return cases !== this.#news?.cases || changes !== this.#news?.changes;
  }

  /** Closed cases, the last received first: {tips, next}; `next` goes on from there. */
  async closed(progress = NOTHING, after = null) {
    const page = await get(`/tips?status=closed&latest${after ? `&after=${encodeURIComponent(after)}` : ""}`);
    return { tips: await this.#withTold(page.tips, progress, get), next: page.next };
  }

  /** What is deleted soon, first what goes first. */
  async due(ask = get) {
    return this.#withTold((await ask("/tips/due")).tips, NOTHING, ask);
  }

  /** One case as the list has it, without anyone having asked for it; undefined when it is not here any more. */
  async glance(id) {
    const { tips } = await getByItself(`/tips?brief&tip=${encodeURIComponent(id)}`);
    return tips[0];
  }

  /** One tip with its conversation: each message has its text, or null when it can't be shown. */
  async one(id) {
    const answer = await get(`/tips/${encodeURIComponent(id)}`);
    const [tip] = await this.#withTold([answer.tip], NOTHING, get);
    const texts = tip.told ? await this.#vault.ask("openMessages", { tip: id, messages: answer.messages }) : [];
    const messages = answer.messages.map((message, index) => ({ ...message, text: texts[index] ?? null }));
    this.#opened.get(id).said = texts.filter((text) => text !== null);
    return {
      ...tip,
      messages,
      nextAnswer: answer.next_answer,
      nextNote: answer.next_note,
      additions: answer.additions,
      readers: answer.readers,
    };
  }

  forget() {
    this.#opened.clear();
    this.#news = null;
  }

  /** These tips with what they say. Those that are not open yet are opened, and fetched where the list had no file. */
  async #withTold(tips, progress, ask) {
    const unopened = tips.filter((tip) => !this.#isOpen(tip));
    const files = unopened.filter((tip) => tip.sealed);
    const lacking = unopened.filter((tip) => !tip.sealed).map((tip) => tip.id);
    for (let start = 0; start < lacking.length; start += PAGE) {
      const wanted = new URLSearchParams(lacking.slice(start, start + PAGE).map((id) => ["tip", id]));
      files.push(...(await ask(`/tips?${wanted}`)).tips);
    }
    for (let start = 0; start < files.length; start += BATCH) {
      progress(start, files.length);
      await this.#openBatch(files.slice(start, start + BATCH));
    }
    return tips.filter((tip) => this.#opened.has(tip.id)).map((tip) => {
      const { told, said } = this.#opened.get(tip.id);
      return { ...tip, told, said };
    });
  }

  #isOpen({ id, sealed }) {
    const known = this.#opened.get(id);
    return known !== undefined && (sealed === undefined || sealed === known.sealed);
  }

  async #openBatch(tips) {
    const files = tips.map(({ id, named, sealed }) => ({ id, named, sealed }));
    const told = await this.#vault.ask("openTips", { sealed: files });
    tips.forEach(({ id, sealed }, index) => {
      this.#opened.set(id, { sealed, told: told[index], said: this.#opened.get(id)?.said ?? [] });
    });
  }
}

/** How badly someone is in danger, by the tip: "now", "soon" or null. */
export function danger(tip) {
  const said = tip.told?.answers.danger;
  return said === "now" || said === "soon" ? said : null;
}

// Making a care point's key, step by step: made here, printed on a recovery sheet, typed in again, sent as a proposal. What
// counts is the key file: an operator writes the key into it by the codes that are read out to him.

import { grouped, offer, rescueName } from "./keys_page.js";
import { wordsFor } from "./login.js";
import { element } from "./parts.js";
import { isApproved } from "./point.js";
import { qrCode } from "./qr.js";
import { post, SignedOutError } from "./server.js";
import { announce, hideWrong, showWrong } from "./status.js";
import { withStepUp } from "./step_up.js";
import { day, say, slot, view } from "./words.js";

export const withoutKey = true;

export async function show(desk) {
  await desk.look();
  const { point } = desk.keys;
  const root = view("ceremony");
  slot(root, "heading").textContent = say(point.published ? "title-renew" : "title-open");
  slot(root, "why").textContent = say(point.published ? "why-renew" : "why-open");
  const place = desk.put(root, slot(root, "heading").textContent);
  new Ceremony(desk, place).begin();
  announce("");
  place.querySelector("h1").focus();
}

class Ceremony {
  #desk;
  #place;
  #sheet = null;
  #isBusy = false;

  constructor(desk, place) {
    this.#desk = desk;
    this.#place = place;
  }

  begin() {
    this.#on("make", "submit", () => this.#make());
    this.#on("print", "click", () => window.print());
    this.#on("compare", "submit", () => this.#compare());
    this.#on("send", "click", () => this.#send());
  }

  /** Runs a deed of a part of the page; what goes wrong is said in that part's step. */
  #on(name, event, deed) {
    const part = slot(this.#place, name);
    part.addEventListener(event, async (happened) => {
      happened.preventDefault();
      if (this.#isBusy) return;
      this.#isBusy = true;
      const wrong = part.closest("section").querySelector('[data-slot="wrong"]');
      const field = part.querySelector("textarea");
      hideWrong(wrong, field);
      try {
        await deed();
      } catch (error) {
        if (error instanceof SignedOutError) this.#desk.signedOut();
        else showWrong(wrong, wordsFor(error), field);
      } finally {
        this.#isBusy = false;
      }
    });
  }

  #step(name) {
    for (const section of this.#place.querySelectorAll("section")) section.hidden = section.dataset.slot !== name;
    slot(this.#place, name).querySelector("h2").focus();
  }

  async #make() {
    const { point } = this.#desk.keys;
    const number = (point.published?.number ?? 0) + 1;
    const withSheet = slot(this.#place, "with-sheet").checked;
    const { sheet } = await this.#desk.vault.ask("makeKey", { carePoint: point.care_point, number, withSheet });
    if (!sheet) {
      this.#step("step-send");
      return;
    }
    this.#draw(sheet, number);
    this.#step("step-sheet");
  }

  /** The sheet as it is printed. It stands in this page until the page is left, and nowhere else. */
  #draw({ secret, groups, code }, number) {
    const { me, keys } = this.#desk;
    this.#sheet = slot(this.#place, "paper");
    slot(this.#place, "paper-point").textContent = me.care_point.name;
    slot(this.#place, "paper-number").textContent = String(number);
    slot(this.#place, "paper-code").textContent = grouped(code);
    slot(this.#place, "paper-day").textContent = day(keys.point.today, { day: "numeric", month: "long", year: "numeric" });
    slot(this.#place, "paper-qr").append(qrCode(secret, say("sheet-qr")));
    slot(this.#place, "paper-secret").append(...groups.flatMap((group) => [element("span", group), " "]));
  }

  async #compare() {
    await this.#desk.vault.ask("typeSheet", { typed: slot(this.#place, "typed").value });
    slot(this.#place, "typed").value = "";
    this.#sheet.replaceChildren(); // it is on paper now
    this.#step("step-send");
  }

  async #send() {
    const { point } = this.#desk.keys;
    announce(say("sealing-key"));
    const { care_point: carePoint, ...proposal } = await this.#desk.vault.ask("sealProposal");
    await withStepUp(this.#desk, (proof) => post("/keys/proposal", { ...proposal, ...proof }));
    if (proposal.sheet) offer(slot(this.#place, "rescue"), rescueName(carePoint, proposal.number), proposal.sheet);
    if (point.published) await this.#giveToColleagues();
    slot(this.#place, "rescue-part").hidden = !proposal.sheet;
    this.#step("step-done");
    announce(say("proposed"));
  }

  /** The new key for everyone whom the key file names, so that nobody is locked out when it is approved. */
  async #giveToColleagues() {
    await this.#desk.look();
    const { point } = this.#desk.keys;
    const people = point.people.filter((each) => each.id !== point.me && !each.ended_on && isApproved(this.#desk.keys, each));
    const files = await this.#desk.vault.ask("grantProposed", {
      people,
      proposal: { ...point.proposal, care_point: point.care_point },
      grants: point.own_grants,
      published: point.published,
    });
    const { number } = point.proposal;
    for (const { id, sealed } of files) await post("/keys/grants", { coordinator: id, number, sealed });
  }
}


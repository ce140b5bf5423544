// The page of the audit trail: who did what, and when, latest first. A lead may read it; the server says who is one.

import { address } from "./rows.js";
import { element } from "./parts.js";
import { get } from "./server.js";
import { announce } from "./status.js";
import { carePointName, count, day, has, labelName, reasonName, say, slot, view } from "./words.js";

const OTHERS = { operator: "trail-operator", system: "trail-system" };

/** Whether this coordinator may read it: then it stands in the desk's menu. */
export function isFor(me) {
  return me.role === "lead" || me.role === "national";
}

export async function show(desk) {
  const page = await get("/trail");
  const root = view("trail");
  const [rows, more] = [slot(root, "rows"), slot(root, "more")];
  add(page);
  slot(root, "differs").hidden = !page.differs;
  slot(root, "empty").hidden = page.entries.length > 0;
  slot(root, "list").hidden = page.entries.length === 0;
  more.addEventListener("click", () => desk.guarded(showMore));
  const place = desk.put(root, say("title-trail"));
  announce("");
  place.querySelector("h1").focus();

  function add({ entries, next }) {
    const drawn = entries.map(line);
    rows.append(...drawn);
    more.dataset.before = next ?? "";
    more.hidden = next === null;
    return drawn;
  }

  async function showMore() {
    const [first] = add(await get(`/trail?before=${more.dataset.before}`));
    announce(count("trail-shown", rows.children.length));
    // The button may be gone: the reader goes on at the first line that came.
    if (first) slot(first, "day").focus();
  }
}

function line(entry) {
  const row = view("trail-line").querySelector("tr");
  slot(row, "day").textContent = day(entry.on, { day: "numeric", month: "short", year: "numeric" });
  slot(row, "who").textContent = whoDid(entry);
  slot(row, "deed").textContent = has(`deed-${entry.deed}`) ? say(`deed-${entry.deed}`) : entry.deed;
  slot(row, "about").append(...about(entry));
  return row;
}

/** A person by the name that he chose, whatever it is; anyone else by what the desk calls him. */
function whoDid({ who, is_person: isPerson }) {
  if (isPerson) return who;
  return Object.hasOwn(OTHERS, who) ? say(OTHERS[who]) : carePointName(who);
}

/** What it was done to: a link to the case while it is there, and what else the entry names. */
function about({ deed, tip, about: named }) {
  const parts = [];
  if (tip) {
    const link = element("a", say("trail-case"));
    link.href = address(tip);
    parts.push(link);
  }
  if (named) parts.push(element("span", nameOf(deed, named)));
  return parts.flatMap((part, index) => (index ? [", ", part] : [part]));
}

/** What an id stands for: the deed tells of which list it is. */
function nameOf(deed, id) {
  if (deed === "status-closed") return reasonName(id);
  if (deed === "labelled") return id.split(" ").map(labelName).join(", ");
  return has(`role-${id}`) ? say(`role-${id}`) : carePointName(id);
}

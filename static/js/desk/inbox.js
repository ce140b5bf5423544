// The inbox: every tip of this care point in a line, in danger first, then unread, oldest on top.

import { counts, element, fillHolders, mark, placeName, tags } from "./parts.js";
import { danger } from "./tips.js";
import { choiceLabel, count, day, daysSince, say, slot, view } from "./words.js";

const FIRST_WORDS = 90;

/** The inbox as a view, and how many are unread. `refresh` looks for new tips. */
export function inbox(tips, holders, refresh) {
  const root = view("inbox");
  const unread = tips.filter((tip) => tip.status === "new");
  slot(root, "unread").textContent = String(unread.length);
  slot(root, "oldest").textContent = age(unread);
  slot(root, "all").textContent = String(tips.length);
  slot(root, "rows").append(...[...tips].sort(inOrder).map(row));
  slot(root, "list").hidden = tips.length === 0;
  slot(root, "empty").hidden = tips.length > 0;
  slot(root, "refresh").addEventListener("click", refresh);
  fillHolders(root, holders);
  return { root, unread: unread.length };
}

/** The address of a tip in this document. It says nothing but a random id, and no server sees it. */
export function address(id) {
  return `#tip-${id}`;
}

function row(tip) {
  const line = view("row").querySelector("tr");
  slot(line, "mark").append(mark(tip.status));
  const link = slot(line, "link");
  link.href = address(tip.id);
  link.textContent = firstWords(tip);
  slot(line, "first").classList.toggle("new", tip.status === "new");
  slot(line, "tags").append(...[...tags(tip), ...counts(tip)].flatMap((tag) => [tag, " "]));
  slot(line, "received").textContent = day(tip.received_on);
  slot(line, "place").textContent = placeName(tip);
  const years = tip.told?.answers.age;
  slot(line, "age").textContent = typeof years === "string" ? choiceLabel("age", years) : say("nothing");
  slot(line, "status").append(element("span", say(`status-${tip.status}`)));
  return line;
}

/** The beginning of the story, cut at a space. */
function firstWords(tip) {
  if (!tip.told) return say("tip-unreadable");
  const story = String(tip.told.answers.story ?? "").trim().replace(/\s+/g, " ");
  const signs = [...story];
  if (signs.length <= FIRST_WORDS) return story || say("nothing");
  const cut = signs.slice(0, FIRST_WORDS).join("");
  const whole = cut.slice(0, Math.max(cut.lastIndexOf(" "), FIRST_WORDS / 2));
  return `${whole.replace(/[\s.,;:!?]+$/, "")}…`;
}

function age(unread) {
  if (unread.length === 0) return say("nothing");
  const days = Math.max(...unread.map((tip) => daysSince(tip.received_on)));
  return days === 0 ? say("days-none") : count("days", days);
}

function inOrder(one, other) {
  return rank(one) - rank(other) || one.received_on.localeCompare(other.received_on);
}

function rank(tip) {
  if (tip.status === "closed") return 4;
  if (danger(tip)) return tip.status === "new" ? 0 : 1;
  return tip.status === "new" ? 2 : 3;
}

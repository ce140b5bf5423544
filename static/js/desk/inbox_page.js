// The page of the inbox: fetches, opens and lists the open cases, and looks for new ones by itself.

import { inOrder } from "./choosing.js";
import { Counters } from "./counters.js";
import { ListView } from "./list_view.js";
import { fillMail } from "./mail_box.js";
import { fillHolders } from "./parts.js";
import * as pointsPage from "./points_page.js";
import { get, getByItself } from "./server.js";
import { announce, title } from "./status.js";
import { fillUnopened } from "./unopened.js";
import { count, say, slot } from "./words.js";

export async function show(desk) {
  const mail = get("/mail");
  mail.catch(() => {}); // it comes while the tips are opened, and is looked at after that
  const { tips, due } = await fetched(desk);
  const wrongWithMail = await mail;
  const calls = pointsPage.isFor(desk.me) ? await pointsPage.calls() : 0;
  if (!desk.isAt("inbox")) return;
  const list = new ListView("inbox", desk, inOrder);
  const counters = new Counters(list.root);
  fillHolders(list.root, desk.me.holders);
  fillMail(desk, list.root, wrongWithMail);
  slot(list.root, "calls").hidden = calls === 0;
  slot(list.root, "calls-words").textContent = count("calls", calls);
  slot(list.root, "terms").textContent = say("terms", { count: desk.me.terms.closed_days });
  const alarm = slot(list.root, "unopened");
  desk.put(list.root, "");
  const page = { desk, list, counters, alarm, tips: [] };
  draw(page, tips, due);
  slot(desk.view, "refresh").addEventListener("click", () => desk.guarded(() => refresh(page)));
  desk.shortcuts.use(list.keys);
  desk.looking.use((isWanted) => look(page, isWanted));
  announce("");
  (list.link(desk.left) ?? desk.view.querySelector("h1")).focus();
  desk.left = null;
}

async function fetched(desk) {
  const progress = (done, all) => announce(say("opening", { done, all }));
  const due = desk.tips.due();
  due.catch(() => {}); // it comes while the tips are opened, and is looked at after that
  return { tips: await desk.tips.open(progress), due: await due };
}

async function refresh(page) {
  const { tips, due } = await fetched(page.desk);
  const unread = draw(page, tips, due);
  announce(say("looked", { count: unread }));
}

/** Nobody asked for this: what came in is shown and said, and nothing is moved from under who is reading. */
async function look(page, isWanted) {
  if (!(await page.desk.tips.haveNews())) return;
  const tips = await page.desk.tips.open(undefined, getByItself);
  const due = await page.desk.tips.due(getByItself);
  if (!isWanted()) return;
  const words = whatIsNew(page.tips, tips);
  draw(page, tips, due);
  if (words) announce(words);
}

/** Gives how many are unread. */
function draw(page, tips, due) {
  page.tips = tips;
  page.list.show(tips);
  fillUnopened(page.alarm, tips);
  const unread = page.counters.show(tips, due);
  title(say("title-inbox", { count: unread }));
  return unread;
}

function whatIsNew(before, now) {
  const known = new Map(before.map((tip) => [tip.id, tip.changes]));
  const came = now.filter((tip) => !known.has(tip.id)).length;
  const gone = before.filter((tip) => !now.some((each) => each.id === tip.id)).length;
  const changed = gone + now.filter((tip) => known.has(tip.id) && known.get(tip.id) !== tip.changes).length;
  return [came && count("came", came), changed && count("changed", changed)].filter(Boolean).join(" ");
}

// The page of a lead: who works at the care point, and inviting more.

import { element } from "./parts.js";
import { get, post } from "./server.js";
import { announce } from "./status.js";
import { withStepUp } from "./step_up.js";
import { tried } from "./tried.js";
import { day, say, slot, view } from "./words.js";

const LEADS = ["lead", "national"];

/** Also for who can't open tips yet. */
export const withoutKey = true;

/** Whether this coordinator may see it: then it stands in the desk's menu. The server asks again. */
export function isFor(me) {
  return LEADS.includes(me.role);
}

export async function show(desk) {
  const { people, invitations } = await get("/people");
  const root = view("people");
  for (const person of people) slot(root, "people").append(element("dt", person.name), element("dd", about(person)));
  fill(desk, root, invitations);
  slot(root, "invite").addEventListener("submit", (event) => tried(desk, event, () => invite(desk)));
  const place = desk.put(root, say("title-people"));
  announce("");
  place.querySelector("h1").focus();
}

function about({ login, role, ended_on: ended }) {
  const parts = [login, say(`role-${role}`), ended && say("person-ended", { day: day(ended) })];
  return parts.filter(Boolean).join(", ");
}

function fill(desk, root, invitations) {
  slot(root, "none").hidden = invitations.length > 0;
  slot(root, "invitations").replaceChildren(...invitations.map((one) => invitationRow(desk, one)));
}

function invitationRow(desk, { id, email, role, ends }) {
  const root = view("people-invitation");
  slot(root, "email").textContent = email;
  slot(root, "email").id = `invitation-${id}`;
  slot(root, "about").textContent = say("until", { role: say(`role-${role}`), day: day(ends) });
  slot(root, "withdraw").setAttribute("aria-describedby", `invitation-${id}`);
  slot(root, "withdraw").addEventListener("click", (event) =>
    tried(desk, event, async () => {
      await post(`/people/invitations/${id}/withdraw`, {});
      await show(desk);
      announce(say("invitation-withdrawn"));
    }),
  );
  return root;
}

async function invite(desk) {
  const email = slot(desk.view, "email");
  const role = slot(desk.view, "invite").elements.role.value;
  const { link } = await withStepUp(desk, () => post("/people/invitations", { email: email.value, role }));
  email.value = "";
  slot(desk.view, "link").textContent = link;
  slot(desk.view, "made").hidden = false;
  slot(desk.view, "made").focus();
  fill(desk, desk.view, (await get("/people")).invitations);
  announce(say("invitation-made"));
}

// What this browser knows of the care point's key: what the server tells, held against the key file and against the
// coordinator's own secret. An alarm is something that must not be, however it came to be.

import { get } from "./server.js";

/** All about the key: `point` as the server tells it, `codes` as the vault computed them, and the codes of a proposed key
 * of one's own making: null when there is none, "forged" when it is not what this coordinator made. */
export async function look(vault) {
  const point = await get("/keys/point");
  const codes = await vault.ask("codes", { people: point.people });
  return { point, codes, proposal: await ownProposal(vault, point) };
}

async function ownProposal(vault, { proposal, own_grants: grants, care_point: id, me }) {
  if (!proposal || proposal.made_by !== me) return null;
  try {
    return await vault.ask("proposalCodes", { proposal: { ...proposal, care_point: id }, grants });
  } catch (error) {
    if (error.name === "LockedError") throw error;
    return "forged";
  }
}

/** Every alarm, as {name, values}. */
export function alarmsOf({ point, codes, proposal }) {
  const { published } = point;
  const found = proposal === "forged" ? [alarm("proposal")] : [];
  if (!published) return found;
  for (const holder of published.holders) {
    const known = point.people.filter((each) => codes.people[each.id] === holder.fingerprint);
    if (known.length === 0) found.push(alarm("holder", holder.name));
    else if (known.every((each) => each.ended_on)) found.push(alarm("ended", holder.name));
  }
  for (const person of strangers(point, codes)) found.push(alarm("stranger", person.name));
  if (published.revoked.length > 0) found.push(alarm("rotate"));
  return found;
}

/** Whether this person may be given the published key: his code stands in the key file. */
export function isApproved({ point, codes }, person) {
  return (point.published?.holders ?? []).some((holder) => holder.fingerprint === codes.people[person.id]);
}

/** The grant of the published key, or of another number, that this person was given. */
export function grantOf({ point }, person, number) {
  return point.grants.find((grant) => grant.coordinator === person.id && grant.number === number);
}

function strangers(point, codes) {
  const { number } = point.published;
  return point.people.filter((each) => !isApproved({ point, codes }, each) && grantOf({ point }, each, number));
}

function alarm(name, who = "") {
  return { name, values: { name: who } };
}

// Who has seen which alert: a name, a word in the log, and a way back.

import { $, node } from "./panel.js";
import { ask, operator, state } from "./state.js";
import { word } from "./words.js";

// So long the way back is offered [ms]; afterwards the alert's own line has it.
const OFFER_MS = 20000;
let offered = 0;

export const whoAmI = () => localStorage.getItem("forehear.name") ?? "";
const query = () => (whoAmI() ? `?by=${encodeURIComponent(whoAmI())}` : "");

export async function acknowledge(number) {
  await ask(`alerts/${number}/acknowledge${query()}`, "POST");
  offer(number);
}

export async function takeBack(numbers) {
  for (const number of numbers) await ask(`alerts/${number}/acknowledge${query()}`, "DELETE");
  $("offer").hidden = true;
}

/** Offer the way back for a while: a slip of the hand at night is put right by the next touch. */
function offer(number) {
  const alert = state.alerts?.find((a) => a.number === number), name = state.sites.get(alert?.site)?.name ?? "";
  $("offer").replaceChildren(node("span", {}, word("seen_now", { place: name })), node("button", { onclick: () => takeBack([number]) }, word("take_back")));
  $("offer").hidden = false;
  clearTimeout(offered);
  offered = setTimeout(() => ($("offer").hidden = true), OFFER_MS);
}

/** What the key A means: of what is selected, else of the newest warning that nobody has seen, else of the newest. */
export function mostUrgent() {
  const open = (state.alerts ?? []).filter((a) => !a.acknowledged_at_s);
  return open.find((a) => a.site === state.picked?.site) ?? open.find((a) => a.state === "warning") ?? open[0];
}

export function acknowledgeSelected() {
  const alert = mostUrgent();
  if (alert && operator()) acknowledge(alert.number);
}

/** The duty officer's name, as it goes into the log. */
export function drawWho() {
  $("who").hidden = !operator();
  $("who").textContent = whoAmI() || word("who");
  $("who").title = word("who_title");
  $("who-name").placeholder = word("who");
  $("who-name").setAttribute("aria-label", word("who"));
}

export function bindWho() {
  $("who").onclick = () => {
    $("who-name").value = whoAmI();
    $("who-dialog").showModal();
  };
  $("who-dialog").onclose = () => {
    if ($("who-dialog").returnValue === "keep") localStorage.setItem("forehear.name", $("who-name").value.replace(/[\x00-\x1f\x7f]/g, " ").trim().slice(0, 60));
    drawWho();
  };
}

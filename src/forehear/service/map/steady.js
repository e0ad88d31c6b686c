// The steady hand: twice a second, how the line is, what time it is, and what is wrong. Nothing old may look new.

import { $, node } from "./panel.js";
import { beep, isBlocked, isSounding } from "./sound.js";
import { isOld, nowS, operator, siteList, state } from "./state.js";
import { clockOf, word, zoneOf } from "./words.js";

// This share of a site's sensors gone is said at the top of both faces.
const GONE_SHARE = 0.28;
let wasOld = false;

/** Draw all of it; `redraw` draws places and what is picked. */
export function steady(redraw) {
  drawLink();
  if (!state.about) return;
  $("clock").textContent = clockOf(nowS());
  $("zone").textContent = zoneOf(nowS());
  drawBanner();
  drawTroubles();
  const tracks = word("tracks")((state.past ?? state.frame).tracks.filter((t) => t.status === "confirmed").length);
  const s = state.status?.sensors, all = s ? Object.values(s).reduce((a, b) => a + b, 0) : 0;
  $("summary").title = operator() ? word("summary_title") : "";
  $("summary").textContent = operator() && s ? word("summary", { tracks, hearing: s.hearing, sensors: all, rate: Math.round(state.status.reports_per_s) }) : word("summary_public", { tracks });
  redraw();
}

/** How the line is. An old picture must never look like a new one, not even while the slider shows the past. */
export function drawLink() {
  const old = isOld(), stale = old && !state.past;
  if (old && !wasOld && isSounding()) beep();
  wasOld = old;
  const name = state.link === "connected" && old ? "stands" : state.link, late = state.status?.behind_s ?? 0;
  $("link").className = `link ${name}`;
  $("link").textContent = name === "connected" && late > 3 ? word("behind", { s: Math.round(late) }) : word(name);
  document.body.classList.toggle("stale", stale);
  $("stale").hidden = !stale;
  const why = word(name === "stands" ? name : "lost");
  say("stale", stale ? `${why[0].toUpperCase()}${why.slice(1)} · ${word("picture_of", { time: clockOf(state.frame.time_s) })}` : "");
}

/** Too few sensors is said at the top of both faces: silence must not look like peace. */
function drawBanner() {
  const list = state.past ? [] : siteList(), blind = list.filter((s) => s.covered === false), gone = list.filter((s) => s.covered !== false && s.gone >= GONE_SHARE);
  const names = (of) => of.slice(0, 3).map((s) => s.name).join(", ") + (of.length > 3 ? `, ${word("others")(of.length - 3)}` : "");
  const said = [];
  if (blind.length) said.push(word("banner_blind")(names(blind)));
  if (gone.length) said.push(word("banner_gone")(Math.round(100 * Math.max(...gone.map((s) => s.gone))), names(gone)));
  $("banner").hidden = !said.length;
  say("banner", said.join(" "));
}

// What stands elsewhere already: in the banner, and beside the clock.
const ELSEWHERE = new Set(["coverage", "behind"]);

/** What `/health` calls wrong, in the reader's words. */
function drawTroubles() {
  const found = Object.entries(operator() ? (state.status?.troubles ?? {}) : {}).filter(([name]) => !ELSEWHERE.has(name));
  const lines = found.map(([name, why]) => [word("troubles")[name] ?? name, why]);
  if (isBlocked()) lines.unshift([word("sound_blocked"), ""]);
  const text = JSON.stringify(lines), list = $("troubles");
  if (list.dataset.said === text) return;
  list.dataset.said = text;
  list.hidden = !lines.length;
  list.replaceChildren(...lines.map(([what, why]) => node("li", {}, node("b", {}, what), why ? node("small", { lang: "en" }, why) : null)));
}

function say(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

// The panel: places with their countdowns, alerts to acknowledge, what was picked. Built of nodes, never of markup
// from the service: a sensor's name is a stranger's text.

import { clockOf, countdown, ofGroups, reason, word } from "./words.js";

const ORDER = { warning: 0, watch: 1, not_covered: 2, cancelled: 3, clear: 4 };
// One shape a state: a triangle, an eye's diamond, a tick, a ring; a struck-out ring where nothing would be heard.
const MARKS = {
  warning: [["M12 3 22.500 20.500h-21z", "full"], ["M12 9.500v5.500M12 17.600v.2", "cut"]],
  watch: [["M12 3 21 12l-9 9-9-9z", ""], ["M12 9.500v3M12 15v.2", ""]],
  cancelled: [["M5 12.500 10 17.500 19.500 7", ""]],
  not_covered: [["M12 5a7 7 0 1 1 0 14 7 7 0 0 1 0-14z", ""], ["M6 18 18 6", ""]],
  clear: [["M12 7a5 5 0 1 1 0 10 5 5 0 0 1 0-10z", ""]],
};

export const $ = (id) => document.getElementById(id);

export function node(tag, props = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) {
    if (k === "class") e.className = v;
    else if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else if (v !== undefined && v !== null) e.setAttribute(k, v);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

function mark(state) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "mark");
  svg.setAttribute("aria-hidden", "true");
  for (const [d, cls] of MARKS[state] ?? MARKS.clear) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    if (cls) path.setAttribute("class", cls);
    svg.append(path);
  }
  return svg;
}

/** Sites in the order in which they matter. */
export function inOrder(sites) {
  return [...sites].sort((a, b) => ORDER[a.state] - ORDER[b.state] || (a.earliest_s ?? 1e18) - (b.earliest_s ?? 1e18) || a.name.localeCompare(b.name));
}

export function timing(site, nowS) {
  // What hardly comes any more has no hour; the state itself fades a little later.
  if (!(site.state === "watch" || site.state === "warning") || !site.earliest_s || site.probability < 0.05) return null;
  // To the earliest credible arrival: who goes by the median is late every other time.
  const left = site.earliest_s - nowS;
  return left <= 5 ? word("now") : countdown(left);
}

function siteWhat(site, nowS) {
  if (site.state === "clear") return null;
  if (site.state === "cancelled" || site.state === "not_covered") return word("in_state", { time: clockOf(site.since_s, false) });
  if (!site.arrival_s) return word("in_state", { time: clockOf(site.since_s, false) });
  const range = word("between", { early: clockOf(Math.max(site.earliest_s, nowS), false), late: clockOf(site.latest_s, false) });
  return site.groups?.length ? `${range} · ${ofGroups(site.groups, 1)}` : range;
}

const rows = new Map();

export function drawSites(sites, nowS, picked, onPick) {
  const list = $("sites");
  if (sites.length === 0) return list.replaceChildren(node("li", { class: "none" }, word("no_sites")));
  const ordered = inOrder(sites);
  ordered.forEach((site, k) => {
    let row = rows.get(site.site);
    if (!row) {
      row = { place: node("span", { class: "place" }), said: node("span", { class: "unseen" }), what: node("span", { class: "what" }), count: node("span", { class: "count" }), big: node("span"), small: node("small") };
      row.count.append(row.big, row.small);
      row.button = node("button", { onclick: () => onPick(site.site) });
      row.li = node("li", {}, row.button);
      rows.set(site.site, row);
    }
    if (row.state !== site.state) {
      row.button.replaceChildren(mark(site.state), row.place, row.said, row.count, row.what);
      row.state = site.state;
    }
    set(row.li, "className", `${site.state}${picked === site.site ? " picked" : ""}`);
    set(row.place, "textContent", site.name);
    set(row.what, "textContent", siteWhat(site, nowS) ?? "");
    set(row.big, "textContent", timing(site, nowS) ?? "");
    set(row.small, "textContent", timing(site, nowS) && site.probability ? `${Math.max(1, Math.round(100 * site.probability))} %` : "");
    set(row.said, "textContent", `: ${word(site.state)}`);
    if (list.children[k] !== row.li) list.insertBefore(row.li, list.children[k] ?? null);
  });
  while (list.children.length > ordered.length) list.lastChild.remove();
}

function set(e, key, value) {
  if (e[key] !== value) e[key] = value;
}

/** Draw what was sent; `on` has acknowledge(number), takeBack(numbers) and pick(site). */
export function drawAlerts(alerts, names, operator, on) {
  const list = $("alerts");
  if (alerts.length === 0) return list.replaceChildren(node("li", { class: "none" }, word("no_alerts")));
  const newestOf = new Map([...alerts].reverse().map((a) => [a.site, a]));
  // What a place is warned of and nobody has seen stands first; all else as it came, the newest first.
  const urgent = (a) => operator && a.state === "warning" && newestOf.get(a.site) === a && !a.acknowledged_at_s;
  const stop = (act) => (e) => { e.stopPropagation(); act(); };
  list.replaceChildren(...[...alerts.filter(urgent), ...alerts.filter((a) => !urgent(a))].slice(0, 30).map((a) => {
    const newest = newestOf.get(a.site) === a, name = names.get(a.site) ?? a.site;
    const line = node("span", { class: "line" }, node("time", {}, clockOf(a.issued_at_s, false)), node("b", {}, name), ` ${word(a.state)}`);
    let right = null, below = null;
    if (operator && a.acknowledged_at_s) {
      below = node("span", { class: "seen" }, word("acknowledged", { time: clockOf(a.acknowledged_at_s, false) }) + (a.acknowledged_by ? ` · ${a.acknowledged_by}` : ""));
      right = node("button", { class: "back", title: word("take_back"), "aria-label": `${word("take_back")}: ${name}`, onclick: stop(() => on.takeBack(a.seen)) }, "↺");
    } else if (operator) right = node("button", { "aria-label": `${word("acknowledge")}: ${name}`, onclick: stop(() => on.acknowledge(a.number)) }, word("acknowledge"));
    const fresh = newest && !a.acknowledged_at_s;
    return node("li", { class: `${a.state}${fresh ? " fresh" : ""}${newest ? "" : " old"}`, onclick: () => on.pick(a.site) }, mark(a.state), line, right, node("span", { class: "because" }, reason(a)), below);
  }));
}

const entry = (term, value) => (value === null || value === undefined ? [] : [node("dt", {}, term), node("dd", {}, value)]);

export function drawDetail(title, about, entries, onClose) {
  const box = $("detail");
  box.hidden = false;
  const close = node("button", { class: "close", "aria-label": word("close"), onclick: onClose }, "×");
  box.replaceChildren(close, node("h3", {}, title), node("p", {}, about), node("dl", {}, ...entries.flatMap(([t, v]) => entry(t, v))));
}

/** What is known of a track: title, a line, rows. */
export function trackDetail(track, nowS) {
  const percent = (k) => `${word(k)} ${Math.round(100 * (track.kinds[k] ?? 0))} %`;
  return [track.id, `${word(track.status)} · ${word(track.corroborated ? "corroborated" : "not_corroborated")}`, [
    [word("kind"), ["piston", "jet", "other"].filter((k) => track.kinds[k] >= 0.05).map(percent).join(", ")],
    [word("speed"), `${Math.round(track.speed_mps)} ${word("mps")}`], [word("course"), `${Math.round(track.course_deg)}°`],
    [word("height"), `${Math.round(track.height_m / 10) * 10} ${word("m")}`], [word("uncertainty"), `±${Math.round(track.sigma_m)} ${word("m")}`],
    [word("age"), `${Math.round((nowS - track.since_s) / 60)} ${word("min")}`],
    [word("tone"), track.tone_hz ? `${track.tone_hz.toFixed(1)} ${word("hz")}` : null],
    [word("delay"), track.heard_from ? `${Math.max(0, nowS - track.heard_from[2]).toFixed(0)} ${word("s")}` : null],
    [word("heard_by"), track.heard_by?.length ? String(track.heard_by.length) : null],
  ]];
}

const ago = (atS, nowS) => (atS ? word("ago", { s: Math.max(0, Math.round(nowS - atS)) }) : null);

/** What is known of a sensor: title, a line, rows. */
export function sensorDetail(sensor, state, nowS) {
  return [sensor.name ?? sensor.sensor, `${word(sensor.kind)} · ${word(state)}`, [
    [word("last"), ago(sensor.last_s, nowS)], [word("heard_last"), ago(sensor.heard_s, nowS)],
    [word("level"), sensor.level_db && nowS - sensor.heard_s < 60 ? `${Math.round(sensor.level_db)} ${word("db")}` : null],
    [word("noise"), sensor.noise_db ? `${Math.round(sensor.noise_db)} ${word("db")}` : null],
    [word("reports"), sensor.reports ? String(sensor.reports) : null],
    [word("sender"), sensor.revoked ? word("revoked") : sensor.enrolled ? null : word("no_key")],
    [word("on_the_way"), sensor.reports && Math.abs(sensor.clock_off_s) > 3 ? `${sensor.clock_off_s.toFixed(1)} ${word("s")}` : null],
  ]];
}

export function hideDetail() {
  $("detail").hidden = true;
}

const SVG = (inner) => {
  const t = document.createElement("template");
  t.innerHTML = `<svg viewBox="0 0 22 15" aria-hidden="true">${inner}</svg>`;
  return t.content.firstChild;
};

/** What the signs mean, [drawing, word]; the drawings are ours, so they may be markup. */
function signs(c, operator) {
  const items = [[`<path d="M11 0l6 14-6-3-6 3z" fill="${c.piston}"/>`, "legend_track"], [`<path d="M3 12L19 3" stroke="${c.piston}" stroke-opacity=".3" stroke-width="5" stroke-linecap="round"/><path d="M4 9l3 5-3-1-3 2zM11 5l3 5-3-1-3 2zM18 1l3 5-3-1-3 2z" fill="${c.piston}"/>`, "legend_group"], [`<path d="M11 0l3.500 8-3.500-1.500L7.500 8zM11 6l4.500 9-4.500-2.500L6.500 15z" fill="${c.jet}"/>`, "legend_jet"]];
  if (operator) items.push(
    [`<path d="M5 8h12" stroke="${c.from}" stroke-width="1.500" stroke-dasharray="3 2"/><circle cx="4" cy="8" r="3" fill="none" stroke="${c.from}" stroke-width="1.600"/>`, "legend_from"],
    [`<ellipse cx="11" cy="8" rx="10" ry="5" fill="${c.piston}" fill-opacity=".2" stroke="${c.piston}"/>`, "legend_ellipse"],
    [`<rect width="22" height="15" fill="${c.hearing}" fill-opacity=".16"/>`, "legend_hearing"],
    [`<path d="M1 8L21 1v13z" fill="${c.piston}" fill-opacity=".25"/>`, "legend_corridor"],
    [`<circle cx="2" cy="8" r="2.300" fill="${c.alive}"/><circle cx="9" cy="8" r="3" fill="${c.hearing}" stroke="${c.hearing}" stroke-opacity=".3" stroke-width="3"/><circle cx="15.500" cy="8" r="2" fill="none" stroke="${c.silent}"/><circle cx="21" cy="8" r="2.300" fill="${c.broken}"/>`, "legend_sensor"],
  );
  return items.map(([inner, key]) => node("span", {}, SVG(inner), word(key)));
}

export function drawLegend(c, operator) {
  $("legend").replaceChildren(...signs(c, operator));
}

/** The signs and the keys, in full: on a phone there is no room for a legend, and there are no keys. */
export function drawHelp(c, onTest) {
  const states = Object.keys(ORDER).map((s) => node("span", { class: s }, mark(s), word(`means_${s}`)));
  const keys = word("keys").flatMap(([k, v]) => [node("dt", {}, node("kbd", {}, k)), node("dd", {}, v)]);
  $("keys").replaceChildren(
    node("h2", {}, word("signs")), node("div", { class: "signs" }, ...states, ...signs(c, true)),
    node("button", { class: "test", onclick: (e) => { e.stopPropagation(); onTest(); } }, word("test_sound")),
    node("div", { class: "keyboard" }, node("h2", {}, word("keyboard")), node("dl", {}, ...keys)),
  );
}

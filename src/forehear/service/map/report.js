// The morning report: what was said of each place over a night, and who saw it, to print or to keep as a PDF.

import { $, node } from "./panel.js";
import { ask, nowS, state } from "./state.js";
import { clockOf, dateOf, localInput, ofLocalInput, reason, stampOf, word } from "./words.js";

const NIGHT_S = 12 * 3600;
// As many as the service gives at once.
const MOST = 1000;
const TIMED = ["warning", "watch", "not_covered"];

/** How long each place was in each state [s]: an alert's state holds until the place's next. Alerts the oldest first. */
export function lasted(alerts, fromS, toS) {
  const out = new Map(), since = new Map();
  const close = (site, atS) => {
    const [name, began] = since.get(site) ?? [];
    if (TIMED.includes(name) && atS > fromS) out.get(site)[name] += Math.min(atS, toS) - Math.max(began, fromS);
  };
  for (const a of alerts) {
    if (a.issued_at_s >= toS) break;
    if (!out.has(a.site)) out.set(a.site, { warning: 0, watch: 0, not_covered: 0, warnings: 0, first: null });
    const of = out.get(a.site), before = since.get(a.site)?.[0];
    if (before === a.state) continue;
    close(a.site, a.issued_at_s);
    since.set(a.site, [a.state, a.issued_at_s]);
    if (a.state !== "warning" || a.issued_at_s < fromS) continue;
    of.warnings += 1;
    of.first ??= a.issued_at_s;
  }
  for (const site of since.keys()) close(site, toS);
  return new Map([...out].filter(([, of]) => TIMED.some((name) => of[name] > 0) || of.warnings));
}

/** Changes of state alone: what was only said again within one is left out. The oldest first. */
export function changes(alerts) {
  const last = new Map();
  return alerts.filter((a) => {
    const changed = last.get(a.site) !== `${a.alert} ${a.state}`;
    last.set(a.site, `${a.alert} ${a.state}`);
    return changed;
  });
}

export function bindReport() {
  $("report-open").onclick = open;
  $("report-close").onclick = close;
  $("report-print").onclick = () => print();
  for (const id of ["report-from", "report-to"]) $(id).onchange = () => fill().catch(failed);
}

export function close() {
  $("report").hidden = true;
  document.body.classList.remove("reporting");
}

function open() {
  $("report-from").value = localInput(nowS() - NIGHT_S);
  $("report-to").value = localInput(nowS());
  $("report").hidden = false;
  document.body.classList.add("reporting");
  $("report-close").focus();
  return fill().catch(failed);
}

function failed(error) {
  $("report-body").replaceChildren(node("p", { role: "alert" }, word("report_failed")));
  console.warn(error);
}

async function fill() {
  const fromS = ofLocalInput($("report-from").value), toS = ofLocalInput($("report-to").value) + 60;
  const [newest, log] = await Promise.all([ask(`alerts?limit=${MOST}`), ask(`acknowledgements?limit=${MOST}`)]);
  const alerts = newest.reverse(), within = (s) => s >= fromS && s < toS;
  const name = (site) => state.sites.get(site)?.name ?? site;
  const said = changes(alerts).filter((a) => within(a.issued_at_s)), places = lasted(alerts, fromS, toS);
  const minutes = (s) => (s > 0 ? String(Math.max(1, Math.round(s / 60))) : "–");
  const byWarning = [...places].sort((a, b) => b[1].warning - a[1].warning || b[1].watch - a[1].watch || name(a[0]).localeCompare(name(b[0])));
  const role = word((state.about?.status ?? "exercise").toLowerCase());
  const cut = newest.length >= MOST && alerts[0].issued_at_s > fromS;
  $("report-body").replaceChildren(...[
    node("header", {}, node("h1", {}, word("report")), node("p", { class: "of" }, `${state.about?.name ?? "forehear"}${role ? ` · ${role}` : ""}`), node("p", {}, `${stampOf(fromS)} – ${stampOf(toS - 60)}`)),
    node("p", { class: "sum" }, word("report_sum")([...places.values()].reduce((n, of) => n + of.warnings, 0), byWarning.filter(([, of]) => of.warnings).length, state.sites.size)),
    cut ? node("p", { class: "cut" }, word("report_cut", { time: stampOf(alerts[0].issued_at_s) })) : null,
    table("report_places", ["place", "warnings", "first", "warning_min", "watch_min", "dark_min"], byWarning.map(([site, of]) => [name(site), of.warnings || "–", of.first ? clockOf(of.first, false) : "–", minutes(of.warning), minutes(of.watch), minutes(of.not_covered)])),
    table("report_said", ["time", "place", "said", "why", "seen"], said.map((a) => [clockOf(a.issued_at_s), name(a.site), word(a.state), reason(a), a.acknowledged_at_s ? `${clockOf(a.acknowledged_at_s)} ${a.acknowledged_by ?? ""}`.trim() : "–"]), said.map((a) => a.state)),
    table("report_log", ["time", "by", "what"], log.filter((l) => within(l.at_s)).reverse().map((l) => [clockOf(l.at_s), l.by ?? "–", `${word(l.taken_back ? "log_back" : "log_seen")}: ${name(l.site)}, ${word(l.state)}`])),
    node("footer", {}, word("report_made", { time: stampOf(nowS()), day: dateOf(nowS()) })),
  ].filter(Boolean));
}

function table(title, heads, rows, classes = []) {
  const labels = word("report_heads");
  if (!rows.length) return node("section", {}, node("h2", {}, word(title)), node("p", { class: "none" }, word("report_none")));
  return node("section", {}, node("h2", {}, word(title)), node("div", { class: "wide", tabindex: "0", role: "group", "aria-label": word(title) }, node("table", {},
    node("thead", {}, node("tr", {}, ...heads.map((h) => node("th", { scope: "col" }, labels[h])))),
    node("tbody", {}, ...rows.map((cells, k) => node("tr", { class: classes[k] ?? "" }, ...cells.map((c) => node("td", {}, String(c)))))),
  )));
}

// Buttons and keys. What they do to the picture is the map's and the panel's; this says which does what.

import { $, drawHelp, drawLegend, inOrder } from "./panel.js";
import { PALETTE } from "./palette.js";
import * as report from "./report.js";
import { acknowledgeSelected, bindWho, drawWho } from "./seen.js";
import { beep, isSounding, toggle, unblock } from "./sound.js";
import { operator, siteList, state } from "./state.js";
import { currentLanguage, setLanguage, word } from "./words.js";

let theme = localStorage.getItem("forehear.theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
export const currentTheme = () => theme;

/** Write every fixed word of the page in the reader's language. */
export function drawWords() {
  document.documentElement.dataset.theme = theme;
  for (const e of document.querySelectorAll("[data-word]")) e.textContent = word(e.dataset.word);
  for (const e of document.querySelectorAll("[data-label]")) e.setAttribute("aria-label", word(e.dataset.label));
  for (const id of ["theme", "sound", "fit", "help", "play", "key"]) {
    $(id).title = $(id).dataset.key ? `${word(id)} (${$(id).dataset.key})` : word(id);
    $(id).setAttribute("aria-label", word(id));
  }
  $("search").placeholder = word("search");
  $("language").textContent = word("language");
  $("language").title = word("language_title");
  const role = (state.about?.status ?? "Exercise").toLowerCase();
  $("status").textContent = word(role);
  $("status").className = `chip ${role}`;
  $("status").hidden = !state.about || !word(role);
  $("name").textContent = state.about?.name ?? "forehear";
  document.title = state.about?.name ?? "forehear";
  drawLegend(PALETTE[theme], operator());
  drawHelp(PALETTE[theme], beep);
  drawWho();
  $("report-open").hidden = !operator();
  $("sound").setAttribute("aria-pressed", String(isSounding()));
  $("key").hidden = state.about?.face !== "public";
}

/** Bind keys and buttons. `page` has what they change: chart, past, pick, fitAll, redraw (all that is drawn). */
export function bindControls({ chart, past, pick, fitAll, redraw }) {
  const show = (what) => () => chart.show(what, !chart.isShown(what));
  const DO = {
    t() { theme = theme === "dark" ? "light" : "dark"; localStorage.setItem("forehear.theme", theme); chart.setTheme(theme); drawWords(); },
    u() { setLanguage(currentLanguage() === "uk" ? "en" : "uk"); chart.setLanguage(currentLanguage()); drawWords(); redraw(); },
    m() { toggle(); $("sound").setAttribute("aria-pressed", String(isSounding())); },
    f: fitAll, l: past.toLive, s: show("sensors"), c: show("corridors"), h: show("hearing"), r: show("rings"),
    a: acknowledgeSelected,
    "?": () => ($("keys").open ? $("keys").close() : $("keys").showModal()),
    " ": past.play,
    escape() { pick(null); $("keys").close(); report.close(); },
    arrowdown: () => walk(1), arrowup: () => walk(-1), arrowright: () => past.step(10), arrowleft: () => past.step(-10),
    enter() { if (state.picked?.site) pick(state.picked, true); },
  };
  function walk(by) {
    const list = inOrder(siteList());
    if (list.length === 0) return;
    const k = list.findIndex((s) => s.site === state.picked?.site);
    const next = list[(k + by + list.length + (k < 0 && by < 0 ? 1 : 0)) % list.length];
    pick({ site: next.site });
    $("sites").children[list.indexOf(next)]?.scrollIntoView({ block: "nearest" });
  }
  addEventListener("keydown", (e) => {
    unblock();
    const typing = e.target.matches?.("input:not([type=range])") || e.ctrlKey || e.metaKey || e.altKey;
    const pressing = e.target.matches?.("button, input, summary") && (e.key === "Enter" || e.key === " " || e.key.startsWith("Arrow") && e.target.id === "slider");
    // Ukrainian keyboards: the key's place counts, not its letter.
    const key = /^Key([A-Z])$/.exec(e.code)?.[1].toLowerCase() ?? e.key.toLowerCase();
    if (key === "escape" && e.target.matches?.("input")) e.target.blur();
    const covered = document.querySelector("dialog[open]") ? ["?", "escape"] : $("report").hidden ? null : ["escape"];
    if (typing && key !== "escape" || pressing || !DO[key] || !state.about || covered && !covered.includes(key)) return;
    e.preventDefault();
    DO[key]();
  });
  // A browser plays no sound before somebody has touched the page.
  addEventListener("pointerdown", unblock);
  $("language").onclick = DO.u;
  $("theme").onclick = DO.t;
  $("sound").onclick = DO.m;
  $("fit").onclick = fitAll;
  $("help").onclick = DO["?"];
  $("search").oninput = redraw;
  $("keys").onclick = () => $("keys").close();
  $("handle").onclick = () => $("handle").setAttribute("aria-expanded", String(!$("panel").classList.toggle("folded")));
  bindSignIn();
  bindWho();
  report.bindReport();
}

function bindSignIn() {
  $("key").onclick = () => $("enter").showModal();
  $("enter").onclose = () => {
    if (!$("enter").returnValue && state.about) return;
    if ($("enter").returnValue === "operator" && $("token").value) location.hash = `token=${$("token").value.trim()}`;
    else if ($("enter").returnValue === "public") sessionStorage.removeItem("forehear.token");
    location.reload();
  };
}

/** The token was refused: say so, and ask for another. */
export function askForToken() {
  sessionStorage.removeItem("forehear.token");
  $("wrong").hidden = false;
  $("enter").showModal();
}

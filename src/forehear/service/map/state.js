// What the page knows, and what time it is there. One place for it, no framework.

import { headers } from "./live.js";

export const state = {
  token: takeToken(), about: null, frame: { time_s: 0, tracks: [] }, sites: new Map(), siteStates: [], alerts: null,
  status: null, link: "connecting", picked: null, past: null, playing: false, fitted: false, sensor: null,
};
// The service's clock as this browser reckons it: where it stood, when, and how fast it runs.
const clock = { at: 0, wall: 0, rate: 1 };
// When the last picture came; older than this [ms] it is said to be old, whatever the reason.
const STALE_MS = 5000;
let framed = null;

/** The operator's token comes after the address's #, is kept for this tab, and leaves the address bar. */
function takeToken() {
  const m = /token=([\w-]+)/.exec(location.hash);
  if (m) {
    sessionStorage.setItem("forehear.token", m[1]);
    history.replaceState(null, "", location.pathname + location.hash.replace(/#?&?token=[\w-]+/, "").replace(/^(?=.)#?/, "#"));
  }
  return sessionStorage.getItem("forehear.token");
}

export const operator = () => state.about?.face === "operator";
export const isOld = () => framed !== null && performance.now() - framed > STALE_MS;
// While nothing comes in, time stands still on the page: a countdown that runs on says that somebody still listens.
export const nowS = () => (state.past ? state.past.time_s : isOld() ? state.frame.time_s : clock.at + ((performance.now() - clock.wall) / 1000) * clock.rate);

export function takeFrame(frame) {
  state.frame = frame;
  framed = performance.now();
}

export function setClock(timeS) {
  clock.at = timeS;
  clock.wall = performance.now();
}

/** Note what time the service says it is, and so how fast its clock runs. */
export function noteTime(timeS) {
  const passed = (performance.now() - clock.wall) / 1000;
  if (passed <= 0.8) return;
  const rate = (timeS - clock.at) / passed;
  clock.rate = clock.at && rate > 0.05 && rate < 100 ? rate : 1;
  setClock(timeS);
}

export async function ask(path, method = "GET") {
  const answer = await fetch(path, { method, headers: headers(state.token) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Sites with their states: of now, or of the past that is shown. */
export function siteList() {
  const states = new Map((state.past?.sites ?? state.siteStates).map((s) => [s.site, s]));
  return [...state.sites.values()].map((s) => ({ name: s.name, lon: s.lon, lat: s.lat, polygons: s.polygons, radius_m: s.radius_m, site: s.site, state: "clear", ...states.get(s.site) }));
}

// The time slider: what the map showed then, from the store. The live picture waits meanwhile.

import * as chart from "./map.js";
import { $ } from "./panel.js";
import { clockOf } from "./words.js";

// Ten times as fast as it was: an hour's raid in six minutes.
const PLAY_STEP_S = 5, PLAY_EVERY_MS = 500, RANGE_EVERY_MS = 5000;

/** Bind the slider to the state. `ask(path)` asks the service, `redraw()` draws the panel anew. */
export function timeline(state, operator, ask, redraw) {
  let range = null, asked = 0;

  async function refresh() {
    if (!operator()) return;
    const found = await ask("history/range");
    if (found.first_s === null) return;
    range = found;
    $("time").hidden = false;
    $("slider").min = found.first_s;
    if (!state.past) {
      $("slider").max = Math.max(found.last_s, found.first_s + 1);
      $("slider").value = $("slider").max;
    }
    $("from").textContent = clockOf(found.first_s);
    drawShown();
  }

  function drawShown() {
    $("shown").textContent = state.past ? clockOf(state.past.time_s) : "";
    document.body.classList.toggle("past", state.past !== null);
    document.body.classList.toggle("playing", state.playing);
  }

  async function show(timeS) {
    const mine = ++asked;
    const frame = await ask(`history/frame?time_s=${Math.max(timeS, range?.first_s ?? 0)}`).catch(() => null);
    if (mine !== asked || frame === null) return;
    state.past = frame;
    chart.setCorridors({});
    chart.setTracks(frame.tracks, frame.time_s);
    redraw();
    drawShown();
  }

  function toLive() {
    asked++;
    state.past = null;
    state.playing = false;
    $("slider").value = $("slider").max;
    chart.setTracks(state.frame.tracks, state.frame.time_s);
    redraw();
    drawShown();
  }

  function play() {
    if (!range) return;
    state.playing = !state.playing;
    // From now, playing means from the beginning.
    if (state.playing && !state.past) $("slider").value = $("slider").min;
    drawShown();
  }

  function step(by) {
    if (!range) return;
    $("slider").value = Number($("slider").value) + by;
    show(Number($("slider").value));
  }

  setInterval(() => {
    if (!state.playing) return;
    if (Number($("slider").value) + PLAY_STEP_S >= Number($("slider").max)) toLive();
    else step(PLAY_STEP_S);
  }, PLAY_EVERY_MS);
  setInterval(() => refresh().catch(() => {}), RANGE_EVERY_MS);
  $("live").onclick = toLive;
  $("play").onclick = play;
  $("slider").oninput = () => { state.playing = false; show(Number($("slider").value)); };
  return { refresh, toLive, play, step };
}

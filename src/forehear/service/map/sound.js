// The sound at a warning: one for each, whatever is sent of it afterwards. A browser that forbids it is not silent about it.

let on = localStorage.getItem("forehear.sound") === "on", audio = null;
// Warnings that were sounded, till they are over: then anew.
const sounded = new Set();

export const isSounding = () => on;
/** Whether a sound is wanted and the browser would not play it: it does so only once somebody has touched the page. */
export const isBlocked = () => on && (audio === null || audio.state !== "running");

/** Have the browser play, if it will; only in answer to a hand on the page it does. */
export function unblock() {
  if (!on) return;
  audio ??= new AudioContext();
  audio.resume().catch(() => {});
}

export function toggle() {
  on = !on;
  localStorage.setItem("forehear.sound", on ? "on" : "off");
  if (on) beep();
}

/** Sound for an alert that has just come, once for each warning. */
export function soundFor(alert) {
  if (alert.state !== "warning") return sounded.delete(alert.alert);
  if (on && !alert.acknowledged_at_s && !sounded.has(alert.alert)) beep();
  sounded.add(alert.alert);
}

export function beep() {
  audio ??= new AudioContext();
  audio.resume().catch(() => {});
  const gain = audio.createGain(), from = audio.currentTime;
  gain.connect(audio.destination);
  [0, 0.28, 0.56].forEach((t) => {
    const tone = audio.createOscillator();
    tone.frequency.value = 660;
    tone.connect(gain);
    tone.start(from + t);
    tone.stop(from + t + 0.18);
  });
  gain.gain.setValueAtTime(0.2, from);
}

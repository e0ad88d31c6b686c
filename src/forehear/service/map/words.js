// Every word that the map shows, in both languages. Nothing else decides how it reads.

const WORDS = {
  uk: {
    title: "forehear", sites: "Місця", alerts: "Сповіщення", live: "Зараз", language: "EN", language_title: "English",
    clear: "спокійно", watch: "увага", warning: "тривога", cancelled: "відбій", not_covered: "не чути",
    banner_blind: (names) => `Тут зараз не чути цілей: ${names}. Тиша — не відбій.`,
    banner_gone: (percent, names) => `${percent} % датчиків замовкли: ${names}.`, others: (n) => `ще ${n}`,
    search: "Знайти місце", test_sound: "Перевірити звук",
    piston: "гвинтовий", jet: "реактивний", other: "інший",
    never: "ще не озивався", silent: "мовчить", alive: "справний", hearing: "чує", broken: "несправний",
    connected: "на зв’язку", connecting: "з’єднання…", lost: "немає зв’язку", refused: "ключ не підійшов", stands: "нових даних немає", picture_of: "показано стан на {time}", behind: "відстає на {s} с",
    exercise: "НАВЧАННЯ", test: "ТЕСТ", system: "СИСТЕМА", actual: "",
    summary: "{tracks} · чують {hearing} з {sensors} · {rate}/с", summary_public: "{tracks}", summary_title: "підтверджені цілі · датчики, що чують зараз · звітів за секунду",
    tracks: (n) => `${n} ${plural(n, "ціль", "цілі", "цілей")}`,
    now: "зараз", overhead: "над місцем", in_state: "з {time}", between: "{early}–{late}",
    acknowledge: "Бачу", acknowledged: "бачили о {time}", no_alerts: "Сповіщень немає.", no_sites: "Місць не задано.",
    speed: "швидкість", course: "курс", height: "висота", uncertainty: "невизначеність", age: "відомий", tone: "тон",
    heard_by: "чують", kind: "вид", delay: "звук ішов", confirmed: "підтверджена ціль", tentative: "ще не певна ціль", coasting: "зараз не чути, ведеться далі",
    corroborated: "кілька незалежних датчиків", not_corroborated: "ще замало датчиків для тривоги",
    last: "останній звіт", noise: "шум", ago: "{s} с тому", level: "рівень", state: "стан", radius: "радіус",
    arrival: "прибуття", probability: "імовірність", mps: "м/с", m: "м", km: "км", hz: "Гц", db: "дБ", min: "хв", s: "с",
    theme: "Світла чи темна", sound: "Звук тривоги", fit: "Показати все", help: "Довідка", signs: "Знаки", keyboard: "Клавіші", key: "Вхід чергового", play: "Програти минуле",
    close: "Закрити", enter: "Вхід чергового", enter_why: "Ключ стоїть у файлі operator.token служби.",
    as_public: "Без ключа", as_operator: "Увійти", wrong_token: "Ключ не підійшов.",
    legend_track: "ціль тепер, м/с", legend_from: "звідки звук", legend_ellipse: "де вона, на 86 %",
    legend_corridor: "куди, 10 хв, на 80 %", legend_sensor: "датчик: є, чує, мовчить, зіпсований",
    means_warning: "тривога: ціль летить сюди", means_watch: "увага: може прилетіти", means_cancelled: "відбій", means_clear: "спокійно", means_not_covered: "не чути: тут ціль не почули б",
    legend_hearing: "де чути зараз",
    legend_jet: "реактивна", legend_tentative: "ще не певна",
    keys: [["↑ ↓", "місце за місцем"], ["Enter", "наблизити"], ["A", "«Бачу» для найновішої тривоги"], ["F", "показати все"],
      ["Space", "програти минуле"], ["← →", "крок у часі"], ["L", "до зараз"], ["S", "датчики"], ["C", "коридори"], ["H", "де чути"],
      ["T", "світла чи темна"], ["U", "мова"], ["M", "звук тривоги"], ["Esc", "закрити"]],
  },
  en: {
    title: "forehear", sites: "Places", alerts: "Alerts", live: "Now", language: "УКР", language_title: "Українська",
    clear: "clear", watch: "watch", warning: "warning", cancelled: "cancelled", not_covered: "not covered",
    banner_blind: (names) => `Targets would not be heard here now: ${names}. Silence is no all-clear.`,
    banner_gone: (percent, names) => `${percent} % of the sensors fell silent: ${names}.`, others: (n) => `${n} more`,
    search: "Find a place", test_sound: "Test the sound",
    piston: "propeller", jet: "jet", other: "other",
    never: "never heard of", silent: "silent", alive: "alive", hearing: "hearing", broken: "broken",
    connected: "connected", connecting: "connecting…", lost: "no connection", refused: "token refused", stands: "no new data", picture_of: "this is the picture of {time}", behind: "{s} s behind",
    exercise: "EXERCISE", test: "TEST", system: "SYSTEM", actual: "",
    summary: "{tracks} · {hearing} of {sensors} hear · {rate}/s", summary_public: "{tracks}", summary_title: "confirmed targets · sensors that hear now · reports a second",
    tracks: (n) => `${n} ${n === 1 ? "target" : "targets"}`,
    now: "now", overhead: "overhead", in_state: "since {time}", between: "{early}–{late}",
    acknowledge: "Mark seen", acknowledged: "seen at {time}", no_alerts: "No alerts.", no_sites: "No places are set.",
    speed: "speed", course: "course", height: "height", uncertainty: "uncertainty", age: "known for", tone: "tone",
    heard_by: "heard by", kind: "kind", delay: "sound took", confirmed: "confirmed target", tentative: "not sure yet", coasting: "not heard now, carried on",
    corroborated: "several independent sensors", not_corroborated: "too few sensors for a warning yet",
    last: "last report", noise: "noise", ago: "{s} s ago", level: "level", state: "state", radius: "radius",
    arrival: "arrival", probability: "probability", mps: "m/s", m: "m", km: "km", hz: "Hz", db: "dB", min: "min", s: "s",
    theme: "Light or dark", sound: "Sound at a warning", fit: "Show all", help: "Help", signs: "Signs", keyboard: "Keys", key: "Duty officer: sign in", play: "Play the past",
    close: "Close", enter: "Duty officer", enter_why: "The token is in the service's file operator.token.",
    as_public: "Without", as_operator: "Enter", wrong_token: "That token is not right.",
    legend_track: "target now, m/s", legend_from: "where its sound left", legend_ellipse: "where it is, 86 %",
    legend_corridor: "where to, 10 min, 80 %", legend_sensor: "sensor: alive, hearing, silent, broken",
    means_warning: "warning: a target is coming here", means_watch: "watch: one may come", means_cancelled: "cancelled", means_clear: "clear", means_not_covered: "not covered: none would be heard here",
    legend_hearing: "where one hears now",
    legend_jet: "jet", legend_tentative: "not sure yet",
    keys: [["↑ ↓", "place by place"], ["Enter", "zoom to it"], ["A", "mark the newest warning seen"], ["F", "show all"],
      ["Space", "play the past"], ["← →", "step in time"], ["L", "back to now"], ["S", "sensors"], ["C", "corridors"], ["H", "where one hears"],
      ["T", "light or dark"], ["U", "language"], ["M", "sound at a warning"], ["Esc", "close"]],
  },
};

function plural(n, one, few, many) {
  if (n % 10 === 1 && n % 100 !== 11) return one;
  return n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14) ? few : many;
}

let language = localStorage.getItem("forehear.language") ?? (navigator.language.startsWith("en") ? "en" : "uk");
let zone;

export const currentLanguage = () => language;

export function setLanguage(next) {
  language = next;
  localStorage.setItem("forehear.language", next);
  document.documentElement.lang = next;
}

export function setZone(name) {
  zone = name;
}

/** Give a word or phrase, with {names} filled in. */
export function word(key, fill = {}) {
  const found = WORDS[language][key];
  if (typeof found !== "string") return found;
  return found.replace(/\{(\w+)\}/g, (_, name) => fill[name] ?? "");
}

export function clockOf(timeS, seconds = true) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  if (seconds) options.second = "2-digit";
  return new Intl.DateTimeFormat(language === "uk" ? "uk-UA" : "en-GB", options).format(timeS * 1000);
}

/** Minutes and seconds until, as a countdown reads. */
export function countdown(seconds) {
  const left = Math.max(0, Math.round(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

const SIDES = {
  uk: ["півночі", "північного сходу", "сходу", "південного сходу", "півдня", "південного заходу", "заходу", "північного заходу"],
  en: ["the north", "the north-east", "the east", "the south-east", "the south", "the south-west", "the west", "the north-west"],
};
const ENGLISH = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
const KINDS = {
  uk: { piston: ["гвинтовий", "гвинтові", "гвинтових"], jet: ["реактивний", "реактивні", "реактивних"], other: ["інший", "інші", "інших"] },
  en: { piston: ["propeller", "propeller"], jet: ["jet", "jet"], other: ["other", "other"] },
};

/** Where clocks hang, as the date's neighbour: 25 Nov, UTC+2. */
export function zoneOf(timeS) {
  const lang = language === "uk" ? "uk-UA" : "en-GB", when = timeS * 1000;
  const date = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", timeZone: zone }).format(when);
  const part = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(when).find((p) => p.type === "timeZoneName");
  return `${date}, ${(part?.value ?? "").replace("GMT", "UTC")}`;
}

/** Which targets come from where: the groups of an alert or a site, the first one first. */
export function ofGroups(groups, most = 3) {
  const said = groups.slice(0, most).map((g) => {
    const forms = KINDS[language][g.kind] ?? KINDS[language].other;
    const what = `${g.count} ${language === "uk" ? plural(g.count, ...forms) : forms[0]}`;
    if (g.distance_m <= 0) return `${what}, ${word("overhead")}`;
    const side = SIDES[language][Math.round(g.bearing_deg / 45) % 8], km = Math.max(1, Math.round(g.distance_m / 1000));
    return language === "uk" ? `${what}, ${km} км, з ${side}` : `${what}, ${km} km, from ${side}`;
  });
  if (groups.length > most) said.push(word("others")(groups.slice(most).reduce((n, g) => n + g.count, 0)));
  return said.join("; ");
}

// What the service's sentence adds to the groups, and how it reads in Ukrainian.
const ADDED = [
  ["not heading here now", "зараз летить не сюди"], ["lost on the way here", "утрачено на шляху сюди"],
  ["eased from a warning", "послаблено з тривоги"], ["too few sensors hear here now", "датчиків, що чують тут, замало"],
  ["no target that is heard heads here now", "цілі, яку чути, на шляху сюди зараз немає"],
];

/** Say an alert's reason in the reader's language: of its groups; the service's own sentence is English. */
export function reason(alert) {
  if (language === "en") return alert.because;
  if (alert.state === "not_covered") return "Датчиків, що чують тут, замало: нічого не відомо, і це не відбій.";
  if (alert.state === "cancelled") return "Цілей, що можуть сюди прибути, не чути.";
  const closing = /closing at (\d+) m\/s/.exec(alert.because);
  const parts = [ofGroups(alert.groups ?? []), closing && `зближення ${closing[1]} м/с`];
  return [...parts, ...ADDED.filter(([en]) => alert.because.includes(en)).map(([, uk]) => uk)].filter(Boolean).join("; ");
}

// Every word that the map shows, in both languages. Nothing else decides how it reads.

const WORDS = {
  uk: {
    title: "forehear", sites: "Місця", alerts: "Сповіщення", live: "Зараз", language: "EN", language_title: "English",
    clear: "спокійно", watch: "увага", warning: "тривога", cancelled: "відбій", not_covered: "спостереження немає",
    banner_blind: (names) => `Тут зараз не чути цілей: ${names}. Тиша — не відбій.`,
    banner_gone: (percent, names) => `${percent} % датчиків замовкли: ${names}.`, others: (n) => `ще ${n}`,
    search: "Знайти місце", test_sound: "Перевірити звук", tools: "Засоби", legend: "Умовні знаки", map: "Карта", time_line: "Час", panel: "Місця та сповіщення", load: "Завантаження…",
    sound_blocked: "Звук чекає: торкніться сторінки, доти браузер його не дасть",
    troubles: { died: "Частина служби зупинилась", tracker: "Цілі зараз не ведуться", behind: "Карта відстає", store: "Звіти не зберігаються", keys: "Ключі не записано", mqtt: "Брокер не дає звітів", clock: "Годинник сервера стрибнув", clocks: "Годинники датчиків і сервера розходяться", reports: "Звіти не доходять або не годяться", snapshot: "Стан відтворено зі звітів" },
    closing: "зближення {speed} м/с", reason_dark: "Датчиків, що чують тут, замало: нічого не відомо, і це не відбій.", reason_over: "Цілей, що можуть сюди прибути, не чути.", reason_sighted: "Тут знову чути досить датчиками, і цілей, що можуть прибути, немає.",
    take_back: "Скасувати «Бачу»", seen_now: "Бачили: {place}", who: "Хто чергує?", who_title: "Ім’я чергового, для журналу", keep: "Зберегти",
    report: "Звіт за ніч", report_open: "Звіт", report_from: "від", report_to: "до", report_print: "Друк або PDF", report_failed: "Звіт скласти не вдалося: служба не відповідає.",
    report_sum: (n, places, all) => (n ? `${n} ${plural(n, "тривога", "тривоги", "тривог")} у ${places} ${places % 10 === 1 && places % 100 !== 11 ? "місці" : "місцях"} з ${all}.` : `Тривог не було. Місць під наглядом: ${all}.`),
    report_cut: "Раніше {time} не показано: сповіщень понад тисячу.", report_none: "Нічого.", report_made: "Складено {time}.",
    report_places: "Місця", report_said: "Що сповіщено", report_log: "Журнал чергових", log_seen: "бачить", log_back: "скасовано «Бачу»",
    report_heads: { place: "Місце", warnings: "Тривог", first: "Перша о", warning_min: "Тривога, хв", watch_min: "Увага, хв", dark_min: "Без спостереження, хв", time: "Час", said: "Сповіщено", why: "Чому", seen: "Бачили", by: "Хто", what: "Що" },
    microphone: "мікрофон", array: "решітка мікрофонів", observer: "спостерігач", heard_last: "чув востаннє", reports: "звітів", sender: "ключ", revoked: "відкликано", no_key: "немає", on_the_way: "звіт у дорозі",
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
    means_warning: "тривога: ціль летить сюди", means_watch: "увага: може прилетіти", means_cancelled: "відбій", means_clear: "спокійно", means_not_covered: "спостереження немає: тут ціль не почули б",
    legend_hearing: "де чути зараз", legend_group: "група: скільки, вид",
    legend_jet: "реактивна", legend_tentative: "ще не певна",
    keys: [["↑ ↓", "місце за місцем"], ["Enter", "наблизити"], ["A", "«Бачу»: обране місце або найновіша тривога"], ["F", "показати все"],
      ["Space", "програти минуле"], ["← →", "крок у часі"], ["L", "до зараз"], ["S", "датчики"], ["C", "коридори"], ["H", "де чути"], ["R", "кола відстані"],
      ["T", "світла чи темна"], ["U", "мова"], ["M", "звук тривоги"], ["Esc", "закрити"]],
  },
  en: {
    title: "forehear", sites: "Places", alerts: "Alerts", live: "Now", language: "УКР", language_title: "Українська",
    clear: "clear", watch: "watch", warning: "warning", cancelled: "cancelled", not_covered: "not covered",
    banner_blind: (names) => `Targets would not be heard here now: ${names}. Silence is no all-clear.`,
    banner_gone: (percent, names) => `${percent} % of the sensors fell silent: ${names}.`, others: (n) => `${n} more`,
    search: "Find a place", test_sound: "Test the sound", tools: "Tools", legend: "Signs", map: "Map", time_line: "Time", panel: "Places and alerts", load: "Loading…",
    sound_blocked: "Sound is waiting: touch the page, the browser plays none before",
    troubles: { died: "A part of the service has died", tracker: "Targets are not tracked now", behind: "The map is behind", store: "Reports are not stored", keys: "Keys are not written", mqtt: "The broker gives no reports", clock: "The server’s clock has leapt", clocks: "Sensors’ clocks and the server’s differ", reports: "Reports do not come, or are of no use", snapshot: "Rebuilt from reports" },
    closing: "closing at {speed} m/s", reason_dark: "Too few sensors hear here: nothing is known, and this is no all-clear.", reason_over: "No target is heard any more that may come here.", reason_sighted: "Enough sensors hear here again, and no target is heard that may come.",
    take_back: "Take back “seen”", seen_now: "Seen: {place}", who: "Who is on duty?", who_title: "The duty officer’s name, for the log", keep: "Keep",
    report: "Report of the night", report_open: "Report", report_from: "from", report_to: "to", report_print: "Print or PDF", report_failed: "No report could be made: the service does not answer.",
    report_sum: (n, places, all) => (n ? `${n} ${n === 1 ? "warning" : "warnings"} in ${places} of ${all} places.` : `No warnings. Places watched over: ${all}.`),
    report_cut: "Before {time} nothing is shown: there were over a thousand alerts.", report_none: "Nothing.", report_made: "Made {time}.",
    report_places: "Places", report_said: "What was said", report_log: "Duty log", log_seen: "seen", log_back: "“seen” taken back",
    report_heads: { place: "Place", warnings: "Warnings", first: "First at", warning_min: "Warning, min", watch_min: "Watch, min", dark_min: "Not covered, min", time: "Time", said: "Said", why: "Why", seen: "Seen", by: "Who", what: "What" },
    microphone: "microphone", array: "array of microphones", observer: "observer", heard_last: "heard something", reports: "reports", sender: "key", revoked: "revoked", no_key: "none", on_the_way: "report under way",
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
    legend_hearing: "where one hears now", legend_group: "group: how many, of which kind",
    legend_jet: "jet", legend_tentative: "not sure yet",
    keys: [["↑ ↓", "place by place"], ["Enter", "zoom to it"], ["A", "mark seen: the place selected, or the newest warning"], ["F", "show all"],
      ["Space", "play the past"], ["← →", "step in time"], ["L", "back to now"], ["S", "sensors"], ["C", "corridors"], ["H", "where one hears"], ["R", "range rings"],
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
  uk: { piston: ["гвинтовий", "гвинтові", "гвинтових"], jet: ["реактивний", "реактивні", "реактивних"], other: ["інша ціль", "інші цілі", "інших цілей"] },
  en: { piston: ["propeller", "propellers"], jet: ["jet", "jets"], other: ["other target", "other targets"] },
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
    const what = `${g.count} ${language === "uk" ? plural(g.count, ...forms) : forms[g.count === 1 ? 0 : 1]}`;
    if (g.distance_m <= 0) return `${what}, ${word("overhead")}`;
    const side = SIDES[language][Math.round(g.bearing_deg / 45) % 8], km = Math.max(1, Math.round(g.distance_m / 1000));
    return language === "uk" ? `${what}, ${km} км, з ${side}` : `${what}, ${km} km, from ${side}`;
  });
  if (groups.length > most) said.push(word("others")(groups.slice(most).reduce((n, g) => n + g.count, 0)));
  return said.join("; ");
}

// What the service's sentence adds to the groups, and how it reads here: the same on places, alerts and report.
const ADDED = [
  ["not heading here now", { uk: "зараз летить не сюди", en: "not heading here now" }],
  ["lost on the way here", { uk: "утрачено на шляху сюди", en: "lost on the way here" }],
  ["eased from a warning", { uk: "послаблено: була тривога", en: "eased from a warning" }],
  ["too few sensors hear here now", { uk: "датчиків, що чують тут, замало", en: "too few sensors hear here now" }],
  ["no target that is heard heads here now", { uk: "цілі, яку чути, на шляху сюди зараз немає", en: "no target that is heard heads here now" }],
];

/** Say an alert's reason in the reader's language: of its groups, and what the service's own sentence adds. */
export function reason(alert) {
  if (alert.state === "not_covered") return word("reason_dark");
  if (alert.state === "cancelled") return word(/^enough sensors/.test(alert.because) ? "reason_sighted" : "reason_over");
  const closing = /closing at (\d+) m\/s/.exec(alert.because);
  const parts = [ofGroups(alert.groups ?? []), closing && word("closing", { speed: closing[1] })];
  return [...parts, ...ADDED.filter(([said]) => alert.because.includes(said)).map(([, of]) => of[language])].filter(Boolean).join("; ");
}

/** A column's label: how many of which kind, and how fast. */
export function ofColumn(tracks) {
  const forms = KINDS[language][tracks[0].kind] ?? KINDS[language].other, n = tracks.length;
  const speed = Math.round(tracks.reduce((sum, t) => sum + t.speed_mps, 0) / n);
  return `${n} ${language === "uk" ? plural(n, ...forms) : forms[1]}\n${speed} ${word("mps")}`;
}

const tag = () => (language === "uk" ? "uk-UA" : "en-GB");
export const dateOf = (timeS) => new Intl.DateTimeFormat(tag(), { day: "numeric", month: "long", year: "numeric", timeZone: zone }).format(timeS * 1000);
/** Date, time and offset: what a report must not leave open. */
export const stampOf = (timeS) => `${clockOf(timeS, false)}, ${zoneOf(timeS)}`;

/** A moment as an input of date and time has it, on the service's clock; and back. */
export function localInput(timeS) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).formatToParts(timeS * 1000).map((p) => [p.type, p.value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

export function ofLocalInput(text) {
  const utc = Date.parse(`${text}Z`) / 1000;
  // The zone's offset then, found by looking what its clocks would show; once more, for where they change in between.
  const off = (s) => Date.parse(`${localInput(s)}Z`) / 1000 - Math.floor(s / 60) * 60;
  return utc - off(utc - off(utc));
}

// What the page of one place says, in each language: the same words as the messages.

export const WORDS = {
  uk: {
    clear: "Загрози немає", watch: "Можлива повітряна загроза", warning: "Повітряна загроза", cancelled: "Відбій загрози",
    not_covered: "Спостереження немає", unknown: "Невідомо",
    covered: "Це місце прослуховується.", uncovered: "Це місце зараз не прослуховується. Не покладайтеся на тишу.",
    shelter: "Негайно пройдіть в укриття та залишайтеся там до відбою.", prepare: "Будьте готові перейти в укриття.",
    now: "зараз", minutes: (a, b) => (a === b ? `за ${a} хв` : `за ${a}–${b} хв`),
    from: (n, what, side, km) => `${n} × ${what}, з ${side}, ${km} км`, overhead: (n, what) => `${n} × ${what}, над місцем`,
    kinds: { piston: "гвинтовий безпілотник", jet: "реактивний безпілотник", other: "повітряна ціль" },
    sides: ["півночі", "північного сходу", "сходу", "південного сходу", "півдня", "південного заходу", "заходу", "північного заходу"],
    listening: (t) => `Слухаю · ${t}`, deaf: (t, m) => `НЕ ЧУЮ служби з ${t} (${m} хв). Не покладайтеся на цю сторінку.`,
    never: "Служби ще не чути. Не покладайтеся на цю сторінку.",
    drill: "НАВЧАННЯ. Справжньої загрози немає.", notify: "Сповіщати мене", notified: "Сповіщення увімкнено", refused: "Сповіщення неможливі",
    other: "English", code: "uk-UA",
  },
  en: {
    clear: "No threat", watch: "Possible air threat", warning: "Air threat", cancelled: "Air threat over",
    not_covered: "Not covered", unknown: "Unknown",
    covered: "This place is listened to.", uncovered: "This place is not listened to now. Do not rely on silence.",
    shelter: "Take shelter now and stay there until the all-clear.", prepare: "Be ready to take shelter.",
    now: "now", minutes: (a, b) => (a === b ? `in ${a} min` : `in ${a} to ${b} min`),
    from: (n, what, side, km) => `${n} × ${what} from the ${side}, ${km} km`, overhead: (n, what) => `${n} × ${what} overhead`,
    kinds: { piston: "propeller drone", jet: "jet drone", other: "aircraft" },
    sides: ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"],
    listening: (t) => `Listening · ${t}`, deaf: (t, m) => `NO WORD of the service since ${t} (${m} min). Do not rely on this page.`,
    never: "The service was not heard yet. Do not rely on this page.",
    drill: "EXERCISE. There is no real threat.", notify: "Notify me", notified: "Notifications are on", refused: "No notifications here",
    other: "Українською", code: "en-GB",
  },
};

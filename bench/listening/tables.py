"""Tables of what listening is worth, for the terminal and for docs/accuracy.md."""

from typing import Any

from bench.listening.hearing import SPEEDS
from bench.tables import Table, number, percent

Row = dict[str, Any]
RECALL_HEADS = ("real recordings", "heard (95 %)", "", "comb", "comb, loose")
RATE_HEADS = ("negatives", "minutes", "false seconds", "rate (95 %)", "comb")


def _share(row: Row | None) -> tuple[str, str]:
    if not row or row["share"] is None:
        return "–", "–"
    low, high = row["interval"]
    return f"{percent(row['share'])} ({100 * low:.0f}–{100 * high:.0f})", f"{row['hits']} of {row['count']}"


def _peers(row: Row) -> tuple[str, str]:
    return percent((row.get("peer") or {}).get("share")), percent((row.get("peer_loose") or {}).get("share"))


def recall_table(result: Row) -> Table:
    """Recordings and windows heard."""
    rows = [(row["what"], *_share(row), *_peers(row)) for row in result["recall"]]
    note = (
        "At least one second reported as such with a probability above 0.5. The comb's threshold allows it one "
        "false second in 10 minutes over the same negatives; the loose one's, 30."
    )
    return Table("Drones heard", RECALL_HEADS, rows, note)


def _rates(rates: list[Row]) -> list[tuple[str, ...]]:
    rows = []
    for rate in rates:
        cells = []
        for name in ("rate", "peer_rate"):
            if name in rate:
                low, high = rate[f"{name}_interval"]
                cells.append(f"{rate[name]:.2f} ({low:.2f}–{high:.2f})")
            else:
                cells.append("–")
        rows.append((rate["what"], number(rate["seconds"] / 60.0, 1), number(rate["false"]), *cells))
    return rows


def shifted_tables(result: Row) -> list[Table]:
    """The same recordings at other speeds."""
    measured = result["shifted"]
    note = (
        f"Each at {', '.join(f'{speed:g}' for speed in SPEEDS)} of its speed: other tones of the same engines, no "
        "other engines. The comb's threshold is that of the recordings as they are."
    )
    found = [(row["what"], *_share(row), *_peers(row)) for row in measured["recall"]]
    return [
        Table("Drones heard, played slower and faster", RECALL_HEADS, found),
        Table("False propellers, played slower and faster", RATE_HEADS, _rates(measured["rates"]), note),
    ]


def negatives_tables(result: Row) -> list[Table]:
    """False seconds: rates, classes, clips."""
    measured = result["negatives"]
    rates = _rates(measured["rates"])
    quiet = ", ".join(r["class"] for r in measured["classes"] if r["quiet"])
    note = (
        f"Quiet are: {quiet}. Some of the airplanes have propellers. Poisson limits, 95 %; false seconds come in "
        "runs, so they are too narrow."
    )
    tables = [Table("False propellers", RATE_HEADS, rates, note)]
    classes = sorted(measured["classes"], key=lambda r: (-r["false"], -(r.get("peer_false") or 0), r["class"]))
    lines = [
        (
            row["class"] + (" (quiet)" if row["quiet"] else ""),
            number(row["clips"]),
            number(row["seconds"]),
            number(row["false"]),
            number(row["false_clips"]),
            number(row.get("peer_false")),
        )
        for row in classes
        if row["false"] or row.get("peer_false")
    ]
    none = [r["class"] for r in classes if not r["false"] and not r.get("peer_false")]
    columns = ("class", "clips", "seconds", "false seconds", "in clips", "comb's")
    tables.append(
        Table("False propellers by class", columns, lines, f"None in: {', '.join(none)}." if none else "")
    )
    if measured["worst"]:
        worst = [(row["clip"], number(row["false"])) for row in measured["worst"]]
        tables.append(Table("The worst clips", ("clip", "false seconds"), worst))
    return tables


def mixes_table(result: Row) -> Table:
    """Drones heard in noise."""
    by = {(r["part"], r["noise"], r["ratio_db"]): r for r in result["mixes"]}
    rows = []
    for noise, ratio in dict.fromkeys((r["noise"], r["ratio_db"]) for r in result["mixes"]):
        cold, warm = by["cold", noise, ratio], by["warm", noise, ratio]
        rows.append(
            (
                f"{noise}, {ratio:.0f} dB",
                number(cold["count"]),
                _share(cold)[0],
                *_peers(cold),
                _share(warm)[0],
                *_peers(warm),
            )
        )
    heads = ("noise, ratio", "mixtures", "cold (95 %)", "comb", "loose", "warm (95 %)", "comb", "loose")
    note = (
        "Ratio of powers within 40-2,000 Hz; heard within its 3 s. Cold: a fresh listener gets these 3 s alone; "
        "warm: after 10 s of the noise. Insects are ESC-50's insects and crickets. Intervals over recordings of "
        "drones, of which there are few."
    )
    return Table("Drones heard in noise", heads, rows, note)


def reliability_table(result: Row) -> Table:
    """What was reported, and how often it was so."""
    odds = result["reliability"]
    rows = []
    for b in odds["bins"]:
        if b["count"]:
            low, high = b["interval"]
            rows.append(
                (
                    f"{b['from']:.1f}–{b['to']:.1f}",
                    number(b["count"]),
                    number(b["reported"], 2),
                    f"{b['happened']:.2f} ({low:.2f}–{high:.2f})",
                )
            )
    note = (
        f"Brier score {odds['brier']:.3f} over {odds['seconds']:,} seconds, of which {percent(odds['base'])} hold "
        f"a propeller (always reporting that share would score {odds['brier_of_base']:.3f}); "
        f"{number(odds['brier_heard'], 3)} over the {odds['heard']:,} in which something was heard, "
        f"{odds['brier_recordings']:.3f} over the recordings as they are. With the mixtures heard cold: many of "
        "their seconds hold a drone that nobody could hear."
    )
    heads = ("reported", "seconds", "mean", "so it was (95 %)")
    return Table("Probability of a propeller, as reported", heads, rows, note)


def speed_table(result: Row) -> Table:
    """Seconds of sound a second."""
    speed = result["speed"]
    rows = [
        ("Listener", number(speed["listener_s_per_s"])),
        ("librosa, log-mel spectrogram alone", number(speed["peer_s_per_s"])),
        ("ratio", number(speed["ratio"], 2)),
    ]
    command = speed["command"]
    if command:
        rows += [
            (f"`forehear listen`, {command['sound_s']:,.0f} s: share of a core", percent(command["cpu_share"])),
            ("peak memory", number(command["peak_mib"], 0, " MiB")),
        ]
    note = (
        f"Medians of {speed['times']} runs in turn over the same {speed['sound_s']:,.0f} s of sound, one thread; "
        "64 mels, 25 ms each 10 ms."
    )
    return Table("Speed of listening", ("what", "seconds of sound per second and core"), rows, note)


def listening(result: Row) -> list[Table]:
    """Give the tables of what was measured."""
    tables = []
    if "recall" in result:
        tables.append(recall_table(result))
    if "negatives" in result:
        tables += negatives_tables(result)
    if "mixes" in result:
        tables.append(mixes_table(result))
    if "shifted" in result:
        tables += shifted_tables(result)
    if "reliability" in result:
        tables.append(reliability_table(result))
    if "speed" in result:
        tables.append(speed_table(result))
    return tables


def misses_tables(result: Row) -> list[Table]:
    """Each false second, and each drone that was missed."""
    measured = result["misses"]
    ratios = [key for key in (measured["by_drone"] or [{}])[0] if key != "drone"]
    false = [
        (r["clip"], number(r["at_s"], 1), number(r["tone_hz"], 1), number(r["strength"], 3))
        for r in measured["false"]
    ]
    missed = [
        (
            r["part"],
            r["name"],
            number(r["ratio_db"]) if r["part"] in ("cold", "warm") else "–",
            number(r["tone_hz"], 1),
            number(r["strength"], 3),
        )
        for r in measured["missed"]
    ]
    return [
        Table("False seconds", ("clip", "at s", "tone Hz", "reported"), false),
        Table(
            "Mixtures heard cold, by drone",
            ("drone", *(f"{ratio} dB" for ratio in ratios)),
            [(row["drone"], *(percent(row[ratio]) for ratio in ratios)) for row in measured["by_drone"]],
        ),
        Table("Missed", ("part", "what", "ratio dB", "tone Hz", "most reported"), missed),
    ]

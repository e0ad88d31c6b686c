"""Figures of what was heard: recall, false seconds, drones found in noise; each with its interval, and the peer's.

A second is one report. Windows and mixtures of one recording are alike, so their intervals come from drawing
recordings. False seconds come in runs, a clip's, so the Poisson limits of their rate are too narrow; the clips
that hold them are counted beside.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bench.intervals import clustered, poisson, wilson
from bench.listening.hearing import PISTON, ItemHeard, Second
from bench.listening.recordings import QUIET

Row = dict[str, Any]
# The comb may have one false second in so long a time [s]: as the Listener; and thirty times as often, where it
# hears about what is said of combs "at a usable threshold".
PEERS_S = {"peer": 600.0, "peer_loose": 20.0}
WORST = 12
# A rate's name, its time [s], and the classes that it counts.
RATES: tuple[tuple[str, float, Callable[[Row], bool]], ...] = (
    ("all, in 10 minutes", 600.0, lambda row: True),
    ("quiet, in an hour", 3600.0, lambda row: row["quiet"]),
    ("all but airplanes, in 10 minutes", 600.0, lambda row: row["class"] != "airplane"),
)


class Peer(NamedTuple):
    """What the comb heard, and the score above which that counts."""

    heard: Sequence[ItemHeard]
    threshold: float


Peers = Mapping[str, Peer]


def is_quiet(group: str) -> bool:
    """Say whether a class is of weather, insects, birds or a background."""
    return group.removeprefix("svanstrom/") in QUIET


def of_part(heard: Sequence[ItemHeard], *parts: str) -> list[ItemHeard]:
    """Pick what belongs to parts."""
    return [h for h in heard if h.item.part in parts]


def false_seconds(heard: Sequence[ItemHeard], threshold: float = PISTON) -> int:
    """Count the seconds reported as a propeller."""
    return sum(len(h.hits(threshold)) for h in heard)


def peers(heard: Sequence[ItemHeard]) -> Peers:
    """Set the comb's thresholds."""
    of = of_part(heard, "negatives")
    return {name: Peer(heard, threshold_for(of, each_s)) for name, each_s in PEERS_S.items()}


def threshold_for(negatives: Sequence[ItemHeard], each_s: float) -> float:
    """Give the least strength that no more than one second each `each_s` of the negatives is above."""
    allowed = int(sum(h.length_s for h in negatives) / each_s)
    strengths = sorted((s.strength for h in negatives for s in h.seconds), reverse=True)
    return strengths[min(allowed, len(strengths) - 1)]


def share(heard: Sequence[ItemHeard], found: Callable[[ItemHeard], bool]) -> Row:
    """Count what was found; the interval is over recordings where there are several of one."""
    by_drone: dict[str, list[bool]] = {}
    for h in heard:
        by_drone.setdefault(h.item.drone, []).append(found(h))
    hits, count = sum(map(sum, by_drone.values())), len(heard)
    alike = len(by_drone) < count
    interval = clustered(list(by_drone.values())) if alike else wilson(hits, count)
    return {"hits": hits, "count": count, "share": hits / count if count else None, "interval": list(interval)}


def _beside(heard: Sequence[ItemHeard], peers: Peers, asked: Callable[[ItemHeard], bool]) -> Row:
    """Give the shares of what is asked for: the listener's, and each peer's."""
    row = share(list(filter(asked, heard)), lambda h: bool(h.hits()))
    for name, peer in peers.items():
        limit = peer.threshold
        row[name] = share(list(filter(asked, peer.heard)), lambda h, limit=limit: bool(h.hits(limit)))  # type: ignore[misc]
    return row


def recall(heard: Sequence[ItemHeard], peers: Peers) -> list[Row]:
    """Give the shares of recordings and of their windows that were heard, the jet apart."""
    rows = []
    for part, words in (("clips", "whole recordings"), ("windows", "3 s of them, heard cold")):

        def asked(h: ItemHeard, part: str = part) -> bool:
            return h.item.part == part and h.item.label == "piston"

        rows.append({"what": f"propellers, {words}"} | _beside(heard, peers, asked))
    rows.insert(1, _seconds_reported(heard, peers))
    jets = [h for h in of_part(heard, "clips", "windows") if h.item.label == "jet"]
    for part, words in (("clips", "whole recording"), ("windows", "3 s of it, heard cold")):
        of = of_part(jets, part)
        rows.append(
            {"what": f"a jet, {words}: as jet"} | share(of, lambda h: any(s.jet > PISTON for s in h.seconds))
        )
        rows.append({"what": f"a jet, {words}: as piston"} | share(of, lambda h: bool(h.hits())))
    return rows


def _seconds_reported(heard: Sequence[ItemHeard], peers: Peers) -> Row:
    """Give the share of whole seconds of the recordings that were told; intervals over recordings."""

    def of(reported: Sequence[ItemHeard], limit: float) -> Row:
        each = [
            [k < len(h.hits(limit)) for k in range(int(h.length_s + 0.01))]
            for h in of_part(reported, "clips")
            if h.item.label == "piston"
        ]
        hits, count = sum(map(sum, each)), sum(map(len, each))
        interval = list(clustered(each)) if each else [0.0, 1.0]
        return {"hits": hits, "count": count, "share": hits / count if count else None, "interval": interval}

    row = {"what": "seconds of them"} | of(heard, PISTON)
    return row | {name: of(peer.heard, peer.threshold) for name, peer in peers.items()}


def shifted(heard: Sequence[ItemHeard], peers: Peers) -> Row:
    """Give what comes of the same recordings at other speeds: drones found, false seconds."""

    def asked(h: ItemHeard) -> bool:
        return h.item.part == "shifted" and h.item.label == "piston"

    answers = negatives(heard, peers, "shifted")
    what = {"what": "propellers, whole, at other speeds"}
    return {"recall": [what | _beside(heard, peers, asked)], "rates": answers["rates"], "worst": answers["worst"]}


def negatives(heard: Sequence[ItemHeard], peers: Peers, part: str = "negatives") -> Row:
    """Count false seconds by class, and their rates: in 10 minutes over all, in an hour over the quiet classes."""
    mine = [h for h in of_part(heard, part) if h.item.label == "other"]
    peer = peers.get("peer")
    theirs = [h for h in of_part(peer.heard, part) if h.item.label == "other"] if peer else []
    classes = []
    for group in sorted({h.item.group for h in mine}):
        of = [h for h in mine if h.item.group == group]
        row: Row = {
            "class": group,
            "quiet": is_quiet(group),
            "clips": len(of),
            "seconds": sum(h.length_s for h in of),
            "false": false_seconds(of),
            "false_clips": sum(bool(h.hits()) for h in of),
        }
        if peer:
            row["peer_false"] = false_seconds([h for h in theirs if h.item.group == group], peer.threshold)
        classes.append(row)
    rates = []
    for what, per_s, counts in RATES:
        rows = [r for r in classes if counts(r)]
        seconds = sum(r["seconds"] for r in rows)
        rate: Row = {"what": what, "seconds": seconds}
        for key, name in (("false", "rate"), ("peer_false", "peer_rate")):
            if all(key in r for r in rows):
                count = sum(r[key] for r in rows)
                each = per_s / seconds if seconds else math.nan
                rate |= {key: count, name: count * each}
                rate[f"{name}_interval"] = [limit * each for limit in poisson(count)]
        rates.append(rate)
    apart = [h for h in mine if not h.item.learned]
    if part == "negatives" and len(apart) < len(mine):
        of_apart, seconds = false_seconds(apart), sum(h.length_s for h in apart)
        each = 600.0 / seconds if seconds else math.nan
        rate = {"what": "not learned from, in 10 minutes", "seconds": seconds, "false": of_apart}
        rates.append(
            rate | {"rate": of_apart * each, "rate_interval": [limit * each for limit in poisson(of_apart)]}
        )
    by_clip = Counter({h.item.name: len(h.hits()) for h in mine if h.hits()})
    worst = [{"clip": name, "false": count} for name, count in by_clip.most_common(WORST)]
    return {"classes": classes, "rates": rates, "worst": worst}


def mixes(heard: Sequence[ItemHeard], peers: Peers) -> list[Row]:
    """Give the shares of mixtures heard within 3.5 s: by noise and ratio, cold and warm, and of all noises."""
    rows = []
    for part in ("cold", "warm"):
        mine = of_part(heard, part)
        for noise in ("all", *dict.fromkeys(h.item.group for h in mine)):
            for ratio in dict.fromkeys(h.item.ratio_db for h in mine):

                def asked(h: ItemHeard, part: str = part, noise: str = noise, ratio: float = ratio) -> bool:
                    i = h.item
                    return i.part == part and i.ratio_db == ratio and noise in ("all", i.group)

                row: Row = {"part": part, "noise": noise, "ratio_db": ratio}
                rows.append(row | _beside(heard, peers, asked))
    return rows


def misses(heard: Sequence[ItemHeard]) -> Row:
    """List each false second, each drone not found with the most that was reported of it, and shares by drone."""
    false = [
        {"clip": h.item.name, "at_s": s.at_s, "tone_hz": s.tone_hz, "strength": s.strength}
        for h in of_part(heard, "negatives", "shifted")
        for s in h.hits()
        if h.item.label == "other"
    ]
    missed = []
    for h in of_part(heard, "clips", "windows", "shifted", "cold", "warm"):
        if h.item.label == "piston" and not h.hits():
            best = max(h.seconds, key=lambda s: s.strength, default=Second(0.0, 0.0, None))
            missed.append(
                {
                    "part": h.item.part,
                    "name": h.item.name,
                    "ratio_db": h.item.ratio_db,
                    "tone_hz": best.tone_hz,
                    "strength": best.strength,
                }
            )
    by_drone = [
        {"drone": drone} | {f"{ratio:g}": share(of, lambda h: bool(h.hits()))["share"] for ratio, of in by.items()}
        for drone, by in _cold_by_drone(heard).items()
    ]
    return {"false": false, "missed": missed, "by_drone": by_drone}


def _cold_by_drone(heard: Sequence[ItemHeard]) -> dict[str, dict[float, list[ItemHeard]]]:
    out: dict[str, dict[float, list[ItemHeard]]] = {}
    for h in of_part(heard, "cold"):
        out.setdefault(h.item.drone, {}).setdefault(h.item.ratio_db, []).append(h)
    return out


def bars(result: Row) -> list[Row]:
    """Compare with the numbers to reach, as far as they were measured."""

    def bar(measure: str, value: float | None, limit: float, aim: float, more: bool) -> Row:
        return {"measure": measure, "value": value, "bar": limit, "aim": aim, "more": more}

    out = []
    if "recall" in result:
        out.append(bar("propellers heard in a recording", result["recall"][0]["share"], 0.95, 0.98, True))
        out.append(bar("seconds of them", result["recall"][1]["share"], 0.70, 0.85, True))
    if "negatives" in result:
        every, quiet = result["negatives"]["rates"][:2]
        out.append(bar("false seconds in 10 minutes, all negatives", every["rate"], 1.0, 0.1, False))
        out.append(bar("false seconds in an hour, quiet ones", quiet["rate"], 1.0, 0.1, False))
    for ratio, limit, aim in ((0.0, 0.60, 0.85), (-5.0, 0.45, 0.75), (-10.0, 0.33, 0.60)):
        for row in result.get("mixes", []):
            if (row["part"], row["noise"], row["ratio_db"]) == ("cold", "all", ratio):
                out.append(bar(f"heard within 3.5 s at {ratio:.0f} dB", row["share"], limit, aim, True))
    if "speed" in result:
        speed = result["speed"]
        out.append(bar("seconds of sound per second and core", speed["listener_s_per_s"], 400.0, 1500.0, True))
        if speed["command"]:
            out.append(bar("share of a core, live", speed["command"]["cpu_share"], 0.05, 0.01, False))
            out.append(bar("peak memory [MiB]", speed["command"]["peak_mib"], 143.0, 143.0, False))
    return out

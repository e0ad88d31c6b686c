"""The measuring of listening: intervals, mixtures and counting, with listeners whose answers are known."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from bench.listening import comb, mixtures, recordings, reliability, tones
from bench.listening import figures as listening_figures
from bench.listening import tables as listening_tables
from bench.listening.hearing import Item, ItemHeard, Second, by_comb, by_reports, hear_all, hear_one, items_of
from bench.listening.recordings import RATE_HZ, Clip, windows
from numpy.typing import NDArray

from bench import intervals
from forehear.records import Kinds, Report, Source

Samples = NDArray[np.float32]
decibel = 1.0


def sine(frequency_hz: float, amplitude: float, seconds: float) -> Samples:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.asarray(amplitude * np.sin(2.0 * np.pi * frequency_hz * time_s), np.float32)


def amplitude_of(samples: Samples, frequency_hz: float) -> float:
    time_s = np.arange(len(samples)) / RATE_HZ
    return float(2.0 * np.abs(np.mean(samples * np.exp(-2j * np.pi * frequency_hz * time_s))))


def noise(seconds: float, seed: int = 1) -> Samples:
    return np.asarray(0.1 * np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ)), np.float32)


def tells(strength: float, samples: Samples, at_s: float) -> list[Report]:
    """A listener that tells every second of what is louder than a whisper with one strength."""
    out = []
    for k in range(round(len(samples) / RATE_HZ)):
        loud = np.abs(samples[round(k * RATE_HZ) : round((k + 1) * RATE_HZ)]).max() > 0.01
        source = Source(60.0, tone_hz=100.0, tone_sigma_hz=1.0, kinds=Kinds(strength, 0.0, 1.0 - strength))
        out.append(Report("fake", at_s + k + 0.5, sources=(source,) if loud else ()))
    return out


def heard(item: Item, *strengths: float) -> ItemHeard:
    seconds = [Second(k + 0.5, s, 100.0) for k, s in enumerate(strengths)]
    return ItemHeard(item, seconds, float(len(seconds)))


def item(part: str, name: str, group: str, label: str = "other", drone: str = "", ratio_db: float = 0.0) -> Item:
    return Item(part, name, group, label, noise(1.0), drone, ratio_db)  # type: ignore[arg-type]


# Newcombe 1998, 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3.
@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_published_one(hits: int, count: int, low: float, high: float) -> None:
    assert intervals.wilson(hits, count) == pytest.approx((low, high), abs=5e-5)


# Garwood's limits, as tables of the exact Poisson interval give them.
@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (6, 2.202, 13.060), (20, 12.217, 30.888)]
)
def test_poisson_limits_are_garwoods(count: int, low: float, high: float) -> None:
    assert intervals.poisson(count) == pytest.approx((low, high), abs=6e-4)


def test_alike_cases_widen_the_interval_and_no_spread_is_no_certainty() -> None:
    together = intervals.clustered([[True] * 20, [False] * 20] * 3)
    apart = intervals.wilson(60, 120)
    assert together[1] - together[0] > 2.0 * (apart[1] - apart[0])
    assert intervals.clustered([[True] * 20] * 6) == intervals.wilson(6, 6)
    assert intervals.wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("ratio_db", [0.0, -5.0, -10.0])
@pytest.mark.parametrize("lead_s", [0.0, 10.0])
def test_a_mixture_has_the_ratio_asked_for(ratio_db: float, lead_s: float) -> None:
    # 5 kHz is beyond the band and must not count; 100 Hz and 1 kHz are told apart by whole periods.
    around = sine(1000.0, 0.05, 15.0) + sine(5000.0, 0.3, 15.0)
    mixed = mixtures.mix(sine(100.0, 0.2, 3.0), around, ratio_db, lead_s)
    lead, drone = mixed[: round(lead_s * RATE_HZ)], mixed[round(lead_s * RATE_HZ) :]
    assert len(drone) == 3 * RATE_HZ
    ratio = amplitude_of(drone, 100.0) / amplitude_of(drone, 1000.0)
    assert 20.0 * np.log10(ratio) == pytest.approx(ratio_db, abs=0.1 * decibel)
    assert np.abs(mixed).max() <= mixtures.PEAK + 1e-6
    if lead_s:
        assert amplitude_of(lead, 100.0) < 1e-3 * amplitude_of(drone, 100.0)
        assert amplitude_of(lead, 1000.0) == pytest.approx(amplitude_of(drone, 1000.0), rel=1e-3)


def test_padding_is_no_noise() -> None:
    sounding = noise(2.0)
    padded = np.concatenate([np.zeros(8000, np.float32), sounding, np.zeros(40000, np.float32)])
    assert np.array_equal(mixtures.sounding(padded), sounding)
    # Crossings of zero and short gaps between chirps stay.
    chirps = np.concatenate([sounding, np.zeros(1000, np.float32), sounding])
    assert len(mixtures.sounding(chirps)) == len(chirps)
    with pytest.raises(ValueError, match="no power in"):
        mixtures.mix(sine(100.0, 0.1, 3.0), np.zeros(48000, np.float32), 0.0, 0.0)


def test_mixtures_are_the_same_every_time_of_propellers_alone_and_never_in_silence() -> None:
    drones = [Clip("a", "d", "piston", noise(7.0)), Clip("j", "d", "jet", noise(4.0, 2))]
    clips = [
        Clip(f"{g}/{k}", g, "other", noise(5.0, 3 + k)) for g in ("rain", "wind", "insects") for k in range(3)
    ]
    clips += [
        Clip("crickets/silent", "crickets", "other", np.zeros(80000, np.float32)),
        Clip("dog/1", "dog", "other", noise(5.0)),
    ]
    made = mixtures.mixtures(drones, clips, each=4)
    # Windows from 0, 1.5 and 3 s, and to the end; all three clips of each noise.
    assert len(made) == 4 * 3 * 3
    assert {m.drone for m in made} == {"a"}
    assert {m.name.split(" in ")[1].split("/")[0] for m in made} == {"rain", "wind", "insects"}
    again = mixtures.mixtures(drones, clips, each=4)
    assert [m.name for m in again] == [m.name for m in made]
    assert made[0].name.startswith("a#0 in rain/")
    assert len(mixtures.mixtures(drones, clips, each=2, quick=True)) == 3 * 2


def test_windows_end_with_the_clip() -> None:
    clip = Clip("a", "d", "piston", np.arange(round(8.0 * RATE_HZ), dtype=np.float32))
    cut = windows(clip)
    assert [w[0] / RATE_HZ for w in cut] == [0.0, 1.5, 3.0, 4.5, 5.0]
    assert {len(w) for w in cut} == {48000}
    assert len(windows(Clip("b", "d", "piston", noise(2.0)))[0]) == 32000


def test_false_seconds_are_counted_and_rated() -> None:
    clips = [Clip("dog/1", "dog", "other", noise(5.0)), Clip("rain/1", "rain", "other", noise(5.0, 2))]
    silent = Clip("dog/2", "dog", "other", np.zeros(80000, np.float32))
    items = [i for i in items_of([], [*clips, silent], []) if i.part == "negatives"]
    answers = hear_all(partial(by_reports, partial(tells, 0.7)), items, "fake")
    assert listening_figures.false_seconds(answers) == 10
    assert listening_figures.false_seconds(answers, 0.7) == 0
    result = listening_figures.negatives(answers, {})
    every, quiet, _ = result["rates"]
    assert (every["false"], every["rate"]) == (10, pytest.approx(10 / 15.0 * 600.0))
    assert (quiet["false"], quiet["rate"]) == (5, pytest.approx(3600.0))
    assert quiet["rate_interval"] == pytest.approx([1.6235 * 720.0, 11.6683 * 720.0], rel=1e-4)
    assert result["worst"] == [{"clip": "dog/1", "false": 5}, {"clip": "rain/1", "false": 5}]
    assert [m["clip"] for m in listening_figures.misses(answers)["false"]] == ["dog/1"] * 5 + ["rain/1"] * 5
    # Exactly a half is not above a half.
    assert listening_figures.false_seconds([heard(items[0], 0.5, 0.51)]) == 1


def test_a_warm_mixture_is_judged_from_the_drones_beginning() -> None:
    mixture = mixtures.Mixture("a", "rain", "a#0 in rain/1", sine(100.0, 0.2, 3.0), noise(5.0))
    warm = Item("warm", "a in rain/1", "rain", "piston", mixture, "a", 0.0, mixtures.LEAD_S)
    got = hear_one(partial(by_reports, partial(tells, 0.9)), warm)
    assert [s.at_s for s in got.seconds] == [10.5, 11.5, 12.5]
    assert got.length_s == pytest.approx(3.0)


def test_played_faster_a_tone_is_higher_and_counted_apart() -> None:
    drone = Clip("a", "d", "piston", sine(100.0, 0.2, 4.0))
    other = Clip("dog/1", "dog", "other", sine(100.0, 0.2, 4.0))
    items = [i for i in items_of([drone], [other], []) if i.part == "shifted"]
    faster = next(i for i in items if i.name == "a x1.18").samples()
    assert len(faster) == pytest.approx(64000 / 1.18, abs=2)
    middle = faster[8000:48000]
    assert amplitude_of(middle, 118.0) == pytest.approx(0.2, rel=0.01)
    answers = hear_all(partial(by_reports, partial(tells, 0.7)), items, "fake")
    result = listening_figures.shifted(answers, {})
    assert (result["recall"][0]["hits"], result["recall"][0]["count"]) == (4, 4)
    assert result["rates"][0]["false"] == sum(len(h.seconds) for h in answers) // 2
    assert all(len(t.rows[0]) == len(t.heads) for t in listening_tables.shifted_tables({"shifted": result}))


def test_the_peers_threshold_lets_no_more_through_than_it_may() -> None:
    rng = np.random.default_rng(1)
    answers = [heard(item("negatives", f"dog/{k}", "dog"), *rng.uniform(0.0, 20.0, 120)) for k in range(10)]
    for each_s, allowed in ((600.0, 2), (20.0, 60), (5000.0, 0)):
        threshold = listening_figures.threshold_for(answers, each_s)
        assert listening_figures.false_seconds(answers, threshold) == allowed


def test_shares_stand_beside_the_peers_and_the_jet_apart() -> None:
    clips = [item("clips", "a", "d", "piston", "a"), item("clips", "b", "d", "piston", "b")]
    jet = ItemHeard(item("clips", "j", "d", "jet", "j"), [Second(0.5, 0.1, None, 0.8)], 1.0)
    mine = [heard(clips[0], 0.2, 0.9), heard(clips[1], 0.2, 0.3), jet]
    peer = listening_figures.Peer([heard(clips[0], 9.0), heard(clips[1], 12.0)], 8.0)
    rows = {row["what"]: row for row in listening_figures.recall(mine, {"peer": peer})}
    whole = rows["propellers, whole recordings"]
    assert (whole["hits"], whole["count"], whole["peer"]["hits"]) == (1, 2, 2)
    assert rows["a jet, whole recording: as jet"]["hits"] == 1
    assert rows["a jet, whole recording: as piston"]["hits"] == 0
    assert [m["name"] for m in listening_figures.misses(mine)["missed"]] == ["b"]


def test_mixes_are_told_by_noise_and_ratio_and_what_is_missed_is_told_as_missed() -> None:
    def mine(strength: float) -> list[ItemHeard]:
        return [
            heard(item(part, "a", noise_of, "piston", "a", ratio), strength if ratio == 0.0 else 0.1)
            for part in ("cold", "warm")
            for noise_of in ("rain", "wind")
            for ratio in mixtures.RATIOS_DB
        ]

    rows = listening_figures.mixes(mine(0.9), {})
    by = {(r["part"], r["noise"], r["ratio_db"]): (r["hits"], r["count"]) for r in rows}
    assert by["cold", "all", 0.0] == (2, 2)
    assert by["warm", "wind", -5.0] == (0, 1)
    answers = listening_figures.bars({"mixes": rows})
    assert [(bar["value"], bar["more"]) for bar in answers] == [(1.0, True), (0.0, True), (0.0, True)]
    table = listening_tables.mixes_table({"mixes": rows})
    assert len(table.rows) == 9
    assert all(len(row) == len(table.heads) for row in table.rows)


def test_honest_odds_lie_on_the_diagonal() -> None:
    rng = np.random.default_rng(2)
    answers = rng.uniform(0.0, 1.0, 4000)
    true = rng.uniform(0.0, 1.0, 4000) < answers
    items = [item("clips", "a", "d", "piston", "a"), item("negatives", "dog/1", "dog")]
    result = reliability.reliability([heard(items[0], *answers[true]), heard(items[1], *answers[~true])])
    assert result["seconds"] == 4000
    assert result["brier"] == pytest.approx(1.0 / 6.0, abs=0.01)
    assert all(abs(b["happened"] - b["reported"]) < 0.08 for b in result["bins"])
    assert sum(b["count"] for b in result["bins"]) == 4000


def test_the_diagram_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    items = [item("clips", "a", "d", "piston", "a"), item("negatives", "dog/1", "dog")]
    result = reliability.reliability([heard(items[0], 0.9, 0.2, 1.0), heard(items[1], 0.0, 0.1)])
    reliability.draw(result, tmp_path / "pictures" / "r.png")
    assert (tmp_path / "pictures" / "r.png").stat().st_size > 10_000


def test_the_comb_hears_a_series_and_not_noise() -> None:
    series = sum(sine(k * 95.0, 0.02, 3.0) for k in range(1, 16)) + 0.01 * noise(3.0)
    heard_series, heard_noise = by_comb(np.asarray(series, np.float32)), by_comb(noise(3.0))
    assert len(heard_series) == len(heard_noise) == 3
    assert min(s.strength for s in heard_series) > comb.THRESHOLD_DB > max(s.strength for s in heard_noise)
    assert heard_series[0].tone_hz == pytest.approx(95.0, abs=1.0)
    assert [r.heard_at_s for r in comb.listen(noise(2.0), 7.0)] == [7.5, 8.5]


def test_without_recordings_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOREHEAR_AUDIO", str(tmp_path))
    with pytest.raises(recordings.NoRecordings, match=r"no folder poltechmil; FOREHEAR_AUDIO names"):
        recordings.required()


def test_tones_are_held_against_the_worst_condition() -> None:
    rows = [
        {"condition": c, "ratio_db": "limit", "error_over_bound": e, "normalised_rms": n}
        for c, e, n in (("a", 0.9, 1.0), ("b", 1.5, 0.7))
    ]
    assert [bar["value"] for bar in tones.bars(rows)] == [1.5, 1.0, 0.7]
    # A condition in which nothing was heard is not passed over.
    assert tones.bars([*rows, {"condition": "c", "ratio_db": "limit", "limit_db": None}])[0]["value"] is None

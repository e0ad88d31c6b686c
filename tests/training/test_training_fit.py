"""The fit: trees find what is there, half lies where it should, and what is shipped is what was written."""

from pathlib import Path

import numpy as np
import pytest
from training.fit import example, gathered, grown, half_at, joined, judged_apart, likelihood, part_of, written
from training.hear import OF_DRONE, OF_OTHER, UNKNOWN, TraitTable, free_recordings, kept_table

from forehear.errors import InputError
from forehear.listen import kinds, kinds_learned
from forehear.listen.traits import NAMES
from training import fit


def table(label: list[int], shift: float = 3.0, seed: int = 1) -> TraitTable:
    """Families one a second and sound, in the third trait of which drones lie higher."""
    chance = np.random.default_rng(seed)
    n = len(label)
    traits = chance.standard_normal((n, len(NAMES))).astype(np.float32)
    traits[:, 2] += shift * (np.array(label) == OF_DRONE)
    clips = np.array([f"{seed} {k}" for k in range(n)])
    at = np.arange(n, dtype=np.int32)
    none = np.full(n, -1, np.int32)
    zero = np.zeros(n, np.int32)
    return TraitTable(
        traits, np.array(label, np.int8), at, zero, none, zero, np.full(n, 90.0, np.float32),
        np.full(n, "sound"), clips, np.full(n, 3.0, np.float32),
    )  # fmt: skip


@pytest.mark.slow
def test_trees_find_the_trait_that_tells_and_say_the_same_when_they_were_written() -> None:
    trees = grown(example(table([OF_DRONE, OF_OTHER] * 600)))
    rows = np.zeros((2, len(NAMES)), np.float32)
    rows[:, 2] = (3.0, 0.0)
    for_it, against = trees.score(rows)
    assert for_it > 2.0
    assert against < -2.0
    text = written(trees, (1.5, -0.5, -4.0), "Learned from nothing.")
    made: dict[str, object] = {}
    exec(text, made)
    assert (made["SCALE"], made["SHIFT"], made["EXPECTED"]) == (1.5, -0.5, -4.0)
    again = kinds.unpacked(made["FOREST"], "made", len(NAMES))  # type: ignore[arg-type]
    assert again.score(rows) == pytest.approx([for_it, against])


@pytest.mark.slow
def test_trees_say_what_scikit_learn_says_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    of = example(table([OF_DRONE, OF_OTHER] * 400))
    monkeypatch.setattr(fit, "FORESTS", 1)
    peer = HistGradientBoostingClassifier(
        max_iter=fit.TREES, learning_rate=fit.RATE, max_leaf_nodes=fit.LEAVES, min_samples_leaf=fit.LEAST,
        max_features=fit.TRAITS_SHARE, l2_regularization=fit.RIDGE, early_stopping=False, random_state=0,
        monotonic_cst=fit.MONOTONE,
    ).fit(of.traits, of.drone, of.weight)  # fmt: skip
    told = peer.decision_function(of.traits) - peer._baseline_prediction.item()
    # A leaf's value is told to three digits.
    assert grown(of).score(of.traits) == pytest.approx(told, abs=5e-4 * fit.TREES)


@pytest.mark.slow
def test_what_may_only_speak_for_a_drone_never_speaks_against_it() -> None:
    of = table([OF_DRONE, OF_OTHER] * 400)
    at = NAMES.index(fit.FOR_IT[0])
    # Learned from sounds in which it lies lower for drones.
    of.traits[:, at] -= 2.0 * (of.label == OF_DRONE)
    trees = grown(example(of))
    rows = np.repeat(of.traits[:1], 9, axis=0)
    rows[:, at] = np.linspace(-4.0, 4.0, 9)
    assert np.all(np.diff(trees.score(rows)) >= -1e-6)
    assert set(fit.FOR_IT) | set(fit.AGAINST_IT) <= set(NAMES)


def test_what_nobody_knows_and_what_is_held_back_is_not_learned_from() -> None:
    of = table([OF_DRONE] * 4 + [OF_OTHER] * 40 + [UNKNOWN] * 5)
    assert len(example(of).drone) == 44
    assert example(of).weight[of.label[:44] == OF_DRONE].sum() == pytest.approx(44.0)
    assert example(of).weight[of.label[:44] == OF_OTHER].sum() == pytest.approx(44.0)
    held = example(of, 1)
    assert held.drone.sum() == int((part_of(of)[:4] != 1).sum())
    assert len(held.drone) == int((part_of(of)[:44] != 1).sum())


def test_sounds_are_judged_by_trees_that_have_not_seen_them(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []
    monkeypatch.setattr(fit, "grown", lambda of: seen.append({str(t) for t in of.traits[:, 0]}) or kinds.learned())
    learned, recorded = table([OF_DRONE, OF_OTHER] * 30), table([OF_OTHER] * 60, seed=2)
    judged_apart(learned, recorded)
    for of in (learned, recorded):
        parts = part_of(of)
        for k, traits in enumerate(seen):
            assert not traits & {str(t) for t in of.traits[parts == k, 0]}
            assert traits >= {str(t) for t in of.traits[parts != k, 0]}


def test_tables_are_joined_with_their_threads() -> None:
    one, other = table([OF_DRONE] * 3), table([OF_OTHER] * 2, seed=2)
    other = other._replace(before=np.array([-1, 0], np.int32), sound=np.zeros(2, np.int32))
    both = joined(one, other)
    assert both.before.tolist() == [-1, -1, -1, -1, 3]
    assert both.sound.tolist() == [0, 1, 2, 3, 3]
    told = gathered(both, np.array([1.0, 1.0, 1.0, 2.0, 1.0]))
    assert told.tolist() == [1.0, 1.0, 1.0, 2.0, kinds.gathered(kinds.Weighed(2.0), 1.0).nat]


def test_half_lies_where_so_many_seconds_are_false_as_may_be() -> None:
    of = table([OF_OTHER] * 1000)
    nat = np.arange(1000.0)
    # 3,000 s: five times ten minutes.
    assert np.sum(nat > half_at(nat, of, 1.0)) == 5
    # Two families of one second are one false second.
    assert np.sum(nat > half_at(nat, of._replace(sound=of.sound // 2), 1.0)) == 10


def test_in_quiet_fewer_are_allowed() -> None:
    of = table([OF_OTHER] * 1000)
    nat = np.arange(1000.0)
    # A sixth of an hour of rain, in which none may be false, holds the highest but ninety.
    what = np.where((np.arange(1000) >= 709) & (np.arange(1000) < 909), "rain", "horse")
    half = half_at(nat, of._replace(what=what), 1000.0 * 600.0 / 3000.0 / 2.0)
    assert half == 908.0
    assert half_at(nat, of, 1000.0 * 600.0 / 3000.0 / 2.0) == 499.0


def test_evidence_that_is_half_as_sure_as_it_might_be_is_stretched_to_twice() -> None:
    chance = np.random.default_rng(5)
    # Normal laws of one width whose means are m apart have log-odds of slope m.
    drones, others = 1.0 + chance.standard_normal(40000), -1.0 + chance.standard_normal(5000)
    assert likelihood(drones, others) == pytest.approx((2.0, 0.0), abs=0.1)
    scale, shift = likelihood(0.5 * drones + 7.0, 0.5 * others + 7.0)
    assert scale == pytest.approx(4.0, abs=0.2)
    assert shift == pytest.approx(-28.0, abs=1.5)


def test_what_is_shipped_is_what_was_written() -> None:
    numbers = (kinds_learned.SCALE, kinds_learned.SHIFT, kinds_learned.EXPECTED)
    made: dict[str, object] = {}
    exec(written(kinds.learned(), numbers, "Told."), made)
    assert made["FOREST"] == kinds_learned.FOREST
    assert (made["SCALE"], made["SHIFT"], made["EXPECTED"]) == numbers
    assert kinds_learned.SCALE > 0.0


def test_without_recordings_it_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREHEAR_AUDIO", str(tmp_path))
    with pytest.raises(InputError, match="no recordings"):
        free_recordings()


def test_a_table_that_is_none_is_told_with_its_name(tmp_path: Path) -> None:
    kept = tmp_path / "kept.npz"
    for bad in (b"", b"no table"):
        kept.write_bytes(bad)
        with pytest.raises(InputError, match=r"kept\.npz: no table of traits"):
            kept_table(str(kept))
    of = table([OF_DRONE, OF_OTHER])
    np.savez(kept, **of._replace(traits=of.traits[:, :3])._asdict())
    with pytest.raises(InputError, match=r"traits \(2, 3\)"):
        kept_table(str(kept))
    np.savez(kept, **of._asdict())
    back = kept_table(str(kept))
    assert all(np.array_equal(x, y) for x, y in zip(back, of, strict=True))

"""The fit: it finds weights that are there, sets half where it should, and what is shipped is what it wrote."""

import numpy as np
import pytest
from training.fit import FALSE_IN_10_MIN, evidence_of, fit, half_at, sharpness, written
from training.hear import TraitTable, cc0, kept_table

from forehear.errors import InputError
from forehear.listen import kinds, kinds_learned


def some_traits(count: int) -> np.ndarray:
    chance = np.random.default_rng(1)
    ends = {name: [] for name in kinds.Traits._fields}
    for piece in kinds.EVIDENCE:
        for name, begin, end in piece.ramps:
            ends[name] += [begin, end]
    spans = [(min(e), max(e)) if e else (0.0, 1.0) for e in ends.values()]
    return np.stack([chance.uniform(2 * low - high, 2 * high - low, count) for low, high in spans], axis=1)


def test_training_weighs_evidence_as_listening_does() -> None:
    rows = some_traits(200)
    odds = evidence_of(rows) @ np.array(kinds_learned.WEIGHTS) + kinds_learned.BIAS
    assert odds == pytest.approx([kinds.piston_odds(kinds.Traits(*row)) for row in rows.tolist()])
    assert np.ptp(odds) > 5.0


def test_what_is_shipped_is_what_was_written() -> None:
    table = TraitTable(np.zeros((0, 0)), np.zeros(0, bool), np.zeros(0, str), np.zeros(0, np.intp), 0.0)
    text = written(np.array(kinds_learned.WEIGHTS), kinds_learned.BIAS, table)
    made: dict[str, object] = {}
    exec(text, made)
    assert made["WEIGHTS"] == kinds_learned.WEIGHTS
    assert made["BIAS"] == kinds_learned.BIAS
    assert len(kinds_learned.WEIGHTS) == len(kinds.EVIDENCE)
    # No weight turns its evidence round, and none that tells nothing is carried along.
    assert min(kinds_learned.WEIGHTS) > 0.0


def test_the_fit_finds_the_weights_that_made_the_data() -> None:
    chance = np.random.default_rng(2)
    evidence = chance.uniform(size=(80000, 4))
    true = np.array([3.0, 1.5, 0.0, 2.0])
    drone = chance.uniform(size=80000) < 1.0 / (1.0 + np.exp(-(evidence @ true - 3.0)))
    weights, bias = fit(evidence, drone)
    assert weights == pytest.approx(true, abs=0.25)
    assert bias == pytest.approx(-3.0, abs=0.3)


def test_evidence_that_speaks_the_wrong_way_gets_no_weight() -> None:
    chance = np.random.default_rng(3)
    evidence = chance.uniform(size=(4000, 2))
    weights, _ = fit(evidence, evidence[:, 0] - evidence[:, 1] > 0.0)
    assert weights[0] > 1.0
    assert weights[1] == 0.0


def test_half_lies_where_so_many_seconds_are_false_as_may_be() -> None:
    odds = np.arange(1000.0)
    table = TraitTable(
        np.zeros((1000, 0)), np.zeros(1000, bool), np.zeros(1000, str), np.zeros(1000, np.intp), 3000.0
    )
    half = half_at(odds, table)
    assert np.sum(odds > half) == int(5 * FALSE_IN_10_MIN)


def test_odds_that_are_half_as_sure_as_they_might_be_are_stretched_to_twice() -> None:
    chance = np.random.default_rng(5)
    # Normal laws of one width whose means are m apart have log-odds of slope m.
    drones, others = 1.0 + chance.standard_normal(40000), -1.0 + chance.standard_normal(5000)
    assert sharpness(drones, others) == pytest.approx(2.0, abs=0.1)
    assert sharpness(0.5 * drones + 7.0, 0.5 * others + 7.0) == pytest.approx(4.0, abs=0.2)


def test_without_recordings_it_says_where_it_looked(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREHEAR_AUDIO", str(tmp_path))
    with pytest.raises(InputError, match="FOREHEAR_AUDIO has no folder svanstrom"):
        cc0()


def test_a_table_that_is_none_is_told_with_its_name(tmp_path) -> None:
    kept = tmp_path / "kept.npz"
    for bad in (b"", b"no table"):
        kept.write_bytes(bad)
        with pytest.raises(InputError, match=r"kept\.npz: no table of traits"):
            kept_table(str(kept))
    parts = {"drone": np.zeros(2, bool), "what": np.array(["a", "b"]), "sound": np.zeros(2, int), "seconds": 3.0}
    np.savez(kept, traits=np.zeros((2, 3)), **parts)
    with pytest.raises(InputError, match=r"traits \(2, 3\)"):
        kept_table(str(kept))
    np.savez(kept, traits=np.ones((2, len(kinds.Traits._fields))), **parts)
    table = kept_table(str(kept))
    assert table.seconds == 3.0
    assert table.what.tolist() == ["a", "b"]

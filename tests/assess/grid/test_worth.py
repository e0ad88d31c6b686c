"""Minutes of warning: more never cost load, the draws are the same for all, and no branch is ever named."""

import msgspec
import pytest

from forehear.assess.grid.systems import read_system
from forehear.assess.grid.worth import DEFAULT_MEASURES, Measure, read_measures, worth
from forehear.errors import ConfigurationError, InputError

SYSTEM = read_system("ieee14")
HEAD = "measure,minutes,effect,size\n"


def test_more_minutes_leave_less_load_unserved_and_name_what_was_done() -> None:
    found = worth(SYSTEM, DEFAULT_MEASURES, (0, 3, 8, 12, 18, 60), 2, 40, 1)
    means = [w.mean for w in found]
    assert means == sorted(means, reverse=True)
    assert means[0] == means[1] > means[2] > means[3] > means[4] == means[5]
    assert found[0].in_time == ()
    assert found[3].in_time == ("staff to shelter", "islands prepared", "load moved")
    assert all(0.0 <= w.low <= w.mean <= w.high <= 1.0 or w.low <= w.high for w in found)


def test_the_same_seed_is_the_same_answer_and_another_is_not() -> None:
    one, again, other = (worth(SYSTEM, DEFAULT_MEASURES, (0, 20), 3, 30, seed) for seed in (1, 1, 2))
    assert one == again != other


def test_no_measure_changes_nothing_and_the_answer_names_no_branch_or_bus() -> None:
    none = worth(SYSTEM, (), (0, 30), 3, 20, 1)
    assert none[0].mean == none[1].mean
    record = msgspec.to_builtins(none[0])
    assert set(record) == {"minutes", "in_time", "mean", "low", "high"}


def test_times_and_sizes_are_the_users() -> None:
    measures = read_measures(HEAD + "boats out,1,move,1\n", "m.csv")
    assert measures == (Measure("boats out", 1.0, "move", 1.0),)
    before, after = worth(SYSTEM, measures, (0, 1), 3, 20, 1)
    assert before.mean > 0.0
    assert after.mean == 0.0


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,-1,move,0.1", "row 1: minutes='-1'"),
        ("a,soon,move,0.1", "row 1: minutes='soon'"),
        ("a,5,fly,0.1", "row 1: effect='fly': must be one of shelter, steer, move, headroom"),
        ("a,5,move,7", "row 1: size='7': must be a number from 0 to 1"),
        (",5,move,0.1", "row 1: measure='': needs a name"),
    ],
)
def test_a_bad_measure_is_named_by_row_and_column(row: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        read_measures(HEAD + row + "\n", "m.csv")
    assert words in str(error.value)


def test_a_table_without_measures_or_columns_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no rows"):
        read_measures(HEAD, "m.csv")
    with pytest.raises(ConfigurationError, match="column 'effect' is missing"):
        read_measures("measure,minutes,size\n", "m.csv")


@pytest.mark.parametrize(
    ("lost", "draws", "minutes"), [(0, 10, 5), (11, 10, 5), (2, 0, 5), (2, 10, -1), (2, 10, 999)]
)
def test_numbers_out_of_range_are_refused(lost: int, draws: int, minutes: int) -> None:
    with pytest.raises(InputError, match="must be from"):
        worth(SYSTEM, DEFAULT_MEASURES, (minutes,), lost, draws, 1)

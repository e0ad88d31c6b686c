"""The numbers of the policy, each of which the configuration can set."""

from msgspec import Struct


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers that decide. Every field can be set in the configuration."""

    # A public warning rests on at least this many sensors apart; or on two for at least `pair_s`, each in
    # at least three different seconds. Three: two may be one building's two broken boxes.
    sensors: int = 3
    pair_s: float = 20.0
    # Sensors nearer to each other than this [m] count as one: one owner, one gust, one liar.
    apart_m: float = 200.0
    # A track is corroborated by whoever heard it within this time [s].
    heard_within_s: float = 60.0
    # `possible` and `likely`: the probability that a target comes within so long [s]. At 0.05 of watch, a column
    # that will pass 10 km beside a town is a watch there. The warning's is measured: docs/accuracy.md has what
    # lower and higher ones give and cost, in both worlds.
    watch_probability: float = 0.05
    watch_s: float = 1800.0
    warning_probability: float = 0.35
    warning_s: float = 900.0
    # A track that is by more than these odds neither a propeller drone nor a jet (a train, a tractor, a
    # helicopter) raises a watch, and no warning; 1 lets everything warn. A train is as loud and as fast as a
    # drone: what it sounds like is all that tells them apart. Rather another engine than not; of a column's
    # confirmed seconds 0 and 2 % are.
    other_odds: float = 0.5
    # A warning whose probability has fallen below this is one no more: nobody is to stand in red for a fifth.
    least_warning: float = 0.2
    # Downwards a watch is over at this share of its probability: it wanders by a third from turn to turn.
    ease: float = 0.5
    # Probabilities rise at once and fall by half in this time [s] at most: a turn of 3 deg/s is over in a minute.
    hold_s: float = 60.0
    # A track carries probability, and is counted, from this on, and from this share of the most probable one's.
    carries: float = 0.1
    credible: float = 0.3
    # The first arrival is that of another track once this is sooner by so much [s].
    sooner_s: float = 60.0
    # A track that ended without leaving fades by half in this time [s]: hills hide a drone for a minute or two.
    fade_s: float = 240.0
    # It is kept at least, and after its latest arrival, this long [s].
    ghost_least_s: float = 120.0
    ghost_after_s: float = 60.0
    # An alert is sent again on a material change: the earliest arrival sooner by so much [s], the probability
    # doubled or halved, a new kind; not within so long [s] of the last, and so many an hour at most.
    update_s: float = 120.0
    update_every_s: float = 60.0
    updates_an_hour: int = 4
    # Nothing is heard here: held so long before it is said [s].
    blind_s: float = 10.0


def policy_faults(policy: Policy) -> list[str]:
    """Name every number of a policy that cannot be."""
    faults = []
    for name in (
        "watch_probability",
        "warning_probability",
        "least_warning",
        "ease",
        "carries",
        "credible",
        "other_odds",
    ):
        value = getattr(policy, name)
        if not 0.0 < value <= 1.0:
            faults.append(f"warn.{name}={value}: allowed: above 0, at most 1")
    if policy.watch_probability > policy.warning_probability:
        faults.append(
            f"warn.watch_probability={policy.watch_probability} is above warn.warning_probability="
            f"{policy.warning_probability}: a watch comes before a warning"
        )
    if policy.least_warning > policy.warning_probability:
        faults.append(
            f"warn.least_warning={policy.least_warning} is above warn.warning_probability="
            f"{policy.warning_probability}: a warning would end where it begins"
        )
    if not 0 <= policy.updates_an_hour <= 60:
        faults.append(f"warn.updates_an_hour={policy.updates_an_hour}: allowed: 0 to 60")
    if not 2 <= policy.sensors <= 20:
        faults.append(f"warn.sensors={policy.sensors}: allowed: 2 to 20; no warning rests on one sensor")
    for name in (
        "pair_s", "heard_within_s", "watch_s", "warning_s", "fade_s", "ghost_least_s", "update_s", "hold_s",
    ):  # fmt: skip
        value = getattr(policy, name)
        if not 1.0 <= value <= 7200.0:
            faults.append(f"warn.{name}={value}: allowed: 1 to 7200 s")
    for name in ("apart_m", "ghost_after_s", "update_every_s", "sooner_s", "blind_s"):
        value = getattr(policy, name)
        if not 0.0 <= value <= 20_000.0:
            faults.append(f"warn.{name}={value}: allowed: 0 to 20000")
    return faults

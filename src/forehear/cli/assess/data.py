"""The subverbs of `forehear assess` that read data and answer: claims, names, launches, forecast."""

import argparse
import itertools
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

from forehear.assess.age import CLAIMS, COUNTS, age_warning
from forehear.assess.tables import TableFaults


def json_list(records: list[dict[str, object]]) -> str:
    """A JSON list, a record per line: one document for a parser, one row per line for a reader."""
    lines = [msgspec.json.encode(record).decode() for record in records]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def log_faults(faults: Iterable[TableFaults]) -> None:
    """Say on stderr what was set aside, and what a reader should know."""
    for fault in faults:
        if fault.aside:
            print(f"forehear assess: {fault.summary()}", file=sys.stderr)
        for warning in fault.warnings:
            print(f"forehear assess: {fault.where}: {warning}", file=sys.stderr)


def claims_path(args: argparse.Namespace) -> Path | None:
    """Where the claims are: the file named, the one in the folder, or (None) the package's.

    A folder of launches alone, as `forehear assess import` writes it, is read beside the package's claims.
    """
    if getattr(args, "claims", None):
        return Path(args.claims)
    if not args.data:
        return None
    own = Path(args.data) / "production_claims.csv"
    if Path(args.data).is_dir() and not own.exists():
        print(f"forehear assess: {own} is not there; the package's own claims are used", file=sys.stderr)
        return None
    return own


def clock_day() -> date:
    """Today, by this machine's clock: asked only for how old the data are."""
    return date.today()


def with_age(text: str, ends: dict[str, date], args: argparse.Namespace) -> str:
    """Add to an answer for people how old its data are; of one for programs it is said on stderr.

    `ends`: what the data are, and their last day. Nothing where a day was asked for (`--as-of`).
    """
    if args.as_of:
        return text
    warning = age_warning(ends, clock_day())
    if args.json:
        if warning:
            print(f"forehear assess: {warning}", file=sys.stderr)
        return text
    return f"{text}\n\n{warning}" if warning else text


def claims(args: argparse.Namespace) -> str:
    """Answer `forehear assess claims`."""
    from forehear.assess.claims import view as ledger_view
    from forehear.assess.launches.launches import read_launches

    # A ledger of one's own is traced and graded alone; the count stands beside it where it covers its time.
    launches = read_launches(args.data, args.as_of)
    ledger = ledger_view.ledger_of(claims_path(args), args.as_of, launches)
    log_faults([ledger.faults])
    wanted = [args.kind, args.who, args.origin]
    keep = [
        (not args.kind or args.kind in c.kind.split("+"))
        and (not args.who or args.who.lower() in " ".join((c.attributed_to, *c.chain)).lower())
        and (not args.origin or args.origin.lower() in ledger.traced.origin[i].lower())
        for i, c in enumerate(ledger.claims)
    ]
    newest = max((date.fromisoformat(c.made_on) for c in ledger.claims), default=launches.as_of)
    ends = {CLAIMS: newest, COUNTS: launches.as_of}
    if args.json:
        records = ledger_view.as_records(ledger, keep if any(wanted) or args.as_of else None)
        return with_age(json_list(records), ends, args)
    origins = len({ledger.traced.origin[i] for i in range(len(keep)) if keep[i]})
    head = f"{sum(keep)} claims of {origins} origins"
    head += f", as of {args.as_of}" if args.as_of else f"; claims to {newest}, counts to {launches.as_of}"
    return with_age(f"{head}\n\n{ledger_view.as_text(ledger, keep)}", ends, args)


def names(args: argparse.Namespace) -> str:
    """Answer `forehear assess names`."""
    from forehear.assess.names import match_names
    from forehear.assess.sanctions import LISTED_ON, look_up

    note: list[str] = []
    if len(args.names) == 1:
        records = look_up(args.names[0])
        note = [f"The list is OFAC's action of {LISTED_ON}; what was listed or lifted since is not in it."]
    else:
        records = []
        for a, b in itertools.combinations(args.names, 2):
            m = match_names(a, b)
            records.append({"a": a, "b": b, "same": m.same, "score": m.score, "because": m.because})
    if args.json:
        return json_list(records)
    if not records:
        return "\n".join([f"{args.names[0]}: nobody on the list has this name", *note])
    lines = []
    for r in records:
        verdict, sign = ("same", "=") if r["same"] else ("not the same", "/")
        lines.append(f"{verdict:<13}{r['score']:.2f}  {r['a']}  {sign}  {r['b']}")
        lines.append(f"{'':<13}{r['because']}")
    return "\n".join([*lines, *note])


def launches(args: argparse.Namespace) -> str:
    """Answer `forehear assess launches`."""
    from forehear.assess.launches import view as launches_view
    from forehear.assess.launches.launches import read_launches

    data = read_launches(args.data, args.as_of)
    log_faults(data.faults)
    if args.json:
        return with_age(msgspec.json.encode(launches_view.as_record(data)).decode(), {COUNTS: data.as_of}, args)
    return with_age(launches_view.as_text(data), {COUNTS: data.as_of}, args)


def forecast(args: argparse.Namespace) -> str:
    """Answer `forehear assess forecast`."""
    from forehear.assess.claims.ledger import read_claims
    from forehear.assess.forecast import months, scoring, series
    from forehear.assess.launches.launches import read_launches

    data = read_launches(args.data, args.as_of)
    known, faults, _ = read_claims(claims_path(args))
    log_faults([*data.faults, faults])
    if args.score:
        scores = scoring.rolling(series.series_of(data), known)
        if args.json:
            return with_age(json_list([msgspec.to_builtins(s) for s in scores]), {COUNTS: data.as_of}, args)
        head = (
            f"{'model':<24}{'months':>7}{'CRPS':>8}{'median error':>14}{'80 % covers':>13}{'(give or take)':>16}"
            f"{'interval':>10}{'origins':>9}"
        )
        rows = []
        for s in scores:
            low, high = s.coverage_between()
            rows.append(
                f"{s.model:<24}{s.horizon:>7}{s.crps:>8.0f}{s.median_error:>14.0f}{s.coverage:>13.2f}"
                f"{f'({low:.2f}–{high:.2f})':>16}{s.interval:>10.0f}{s.count:>9}"
            )
        rows.append(
            "CRPS, error and interval score in drones a month, lower is better; coverage is right at 0.80."
        )
        rows.append(f"Scored on launches to {data.as_of}.")
        return with_age("\n".join([head, *rows]), {COUNTS: data.as_of}, args)
    result = months.forecast(data, known, args.months)
    records = months.as_records(result)
    ends = {COUNTS: data.as_of}
    if args.json:
        return with_age(json_list(records), ends, args)
    lines = [f"As of {result.as_of}; last complete month {result.last_month}. Median, and 80 % interval.", ""]
    lines.append(f"{'month':<9}{'launched':^26}{'a raid':^22}{'largest day':^24}".rstrip())
    for r in records:
        cells = [
            f"{q['0.5']:>7,.0f}  ({q['0.1']:,.0f}–{q['0.9']:,.0f})"
            for q in (r["launched"], r["raid"], r["largest_day"])
        ]
        lines.append(f"{r['month']:<9}{cells[0]:<26}{cells[1]:<22}{cells[2]}")
    return with_age("\n".join(lines), ends, args)

"""`forehear assess import`: bulletins to the tables that every other answer reads."""

import argparse
import sys
from datetime import date
from pathlib import Path

import msgspec

from forehear.assess.launches.importing import import_bulletins, write_tables
from forehear.assess.tables import MAX_FAULTS_SHOWN


def run_import(args: argparse.Namespace, today: date | None = None) -> str:
    """Answer `forehear assess import`; no bulletin can be later than `today` (the clock's day without it)."""
    folder = Path(args.data)
    paths = [Path(name) for name in args.files]
    found = import_bulletins(paths, folder, today or date.today(), args.until, args.replace, args.with_packaged)
    written = write_tables(found, folder)
    for words in (*found.set_aside[:MAX_FAULTS_SHOWN], *found.warnings):
        print(f"forehear assess: {words}", file=sys.stderr)
    if args.json:
        record = {
            "as_of": found.as_of.isoformat(),
            "bulletins": len(found.merged.bulletins),
            "added": found.merged.added,
            "already_there": found.merged.known,
            "replaced": found.merged.replaced,
            "set_aside": list(found.set_aside),
            "unknown_days": [day.isoformat() for day in found.unknown_days],
            "warnings": list(found.warnings),
            "files": [str(path) for path in written],
        }
        return msgspec.json.encode(record).decode()
    lines = [
        f"As of {found.as_of}: {len(found.merged.bulletins):,} bulletins; {found.merged.added:,} are new,"
        f" {found.merged.known:,} were there already, {found.merged.replaced:,} replaced,"
        f" {len(found.set_aside):,} set aside.",
    ]
    if found.unknown_days:
        shown = ", ".join(day.isoformat() for day in found.unknown_days[:6])
        more = f" and {len(found.unknown_days) - 6} more" if len(found.unknown_days) > 6 else ""
        many = "day is" if len(found.unknown_days) == 1 else "days are"
        lines.append(f"{len(found.unknown_days)} {many} unknown: {shown}{more}")
    lines += [f"wrote {path}" for path in written]
    return "\n".join(lines)

"""Prints the guest's report, read from standard input, as a table. Exit status 1 if it is empty."""

import json
import sys


def main() -> int:
    rows = [json.loads(line) for line in sys.stdin if line.strip()]
    width = max((len(row["check"]) for row in rows), default=0)
    for row in rows:
        verdict = "ok  " if row["passed"] else "FAIL"
        print(f"{verdict}  {row['check']:{width}}  {row['took_s']:6.1f} s  {row['seen']}")
    print(f"{sum(row['passed'] for row in rows)} of {len(rows)} checks passed")
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())

"""A board as in sim.board.process, for which a minute is a second: until the errand, and until a link has lasted."""

import logging
import sys

from device.logic import connection, renewal, uplink
from device.logic.units import S
from sim.board import process


def main() -> int:
    # Nothing else is changed: errand, trial and proof are those of the field.
    renewal.FIRST_ERRAND_NS = renewal.ERRAND_RETRY_NS = S
    connection.LASTED_NS = S
    uplink.LASTED_NS = S  # type: ignore[attr-defined]  # it has a copy
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    return process.main()


if __name__ == "__main__":
    sys.exit(main())

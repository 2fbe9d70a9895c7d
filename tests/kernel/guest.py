"""Everything that is checked in the guest. One JSON line per check on descriptor 3; exit status 1 if one fails.

The working directory must be writable: lgpio leaves a FIFO there.
"""

import sys
import tempfile
from pathlib import Path

from tests.kernel.agent_checks import AgentChecks
from tests.kernel.bank import Bank
from tests.kernel.check import run_all
from tests.kernel.chip_checks import ChipChecks
from tests.kernel.contract_checks import ContractChecks
from tests.kernel.store import Store


def main() -> int:
    with Bank() as bank, tempfile.TemporaryDirectory(prefix="ansim-store-") as folder:
        passed = run_all((*ChipChecks(bank).all(), *ContractChecks(bank).all()))
        with Store(Path(folder)) as store:
            passed &= run_all(AgentChecks(bank, store).all())
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())

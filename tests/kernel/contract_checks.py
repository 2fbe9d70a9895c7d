"""The contract of inputs and outputs that the virtual board keeps too, on the kernel's chip."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract import inputs, outputs
from tests.kernel.bank import Bank
from tests.kernel.check import Check
from tests.kernel.chip_bench import ChipBench

_SECOND_PROCESSOR = Path("/sys/devices/system/cpu/cpu1/online")


class ContractChecks:
    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def all(self) -> tuple[tuple[str, Check], ...]:
        return (
            ("inputs keep the contract", lambda: self._run(inputs.CHECKS)),
            ("outputs keep the contract", lambda: self._run(outputs.CHECKS)),
        )

    def _run(self, checks: Iterable[Callable[[ChipBench], None]]) -> str:
        with _one_processor():
            broken = {check.__name__: self._is_broken(check) for check in checks}
        if any(broken.values()):
            raise AssertionError(f"broken: {', '.join(name for name, is_broken in broken.items() if is_broken)}")
        return f"{len(broken)} of {len(broken)} clauses"

    def _is_broken(self, check: Callable[[ChipBench], None]) -> bool:
        bench = ChipBench(self._bank)
        try:
            check(bench)
        except Exception:  # noqa: BLE001  # the other clauses are tried too
            traceback.print_exc()
            return True
        finally:
            bench.close()
        return False


@contextmanager
def _one_processor() -> Iterator[None]:
    """Each line has a kernel thread that queues its edges; on one processor none overtakes another."""
    _SECOND_PROCESSOR.write_text("0")
    try:
        yield
    finally:
        _SECOND_PROCESSOR.write_text("1")

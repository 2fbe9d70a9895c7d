from device.logic.bank.told import Told
from device.logic.event import Phase


def test_told_raises_and_restores_once_each() -> None:
    told = Told("01")
    assert [each.phase for each in told.raise_("alarm.forced", 1, latch="locked")] == [Phase.RAISED]
    assert told.raise_("alarm.forced", 2) == []
    assert "alarm.forced" in told
    restored = told.restore(3, "alarm.left_open", "alarm.forced")
    assert [(each.what, each.phase, each.subject) for each in restored] == [("alarm.forced", Phase.RESTORED, "01")]
    assert told.restore(4, "alarm.forced") == []

from device.logic.bank.outages import Outages


def test_outage_of_a_bus_and_of_a_board_are_told_once_each() -> None:
    outages = Outages()
    assert not outages
    assert [each.subject for each in outages.bus_down("left", 1, "EIO")] == ["left"]
    assert outages.bus_down("left", 2, "ENOENT") == []
    assert [each.subject for each in outages.board_silent("left", 1, 3, "no answer")] == ["left/1"]
    assert outages.board_silent("left", 1, 4, "no answer") == []
    assert outages
    assert outages.board_heard("left", 2, 5) == []
    assert len(outages.bus_heard("left", 6)) == 1
    assert outages.board_heard("left", 1, 7) == []
    assert len(outages.bus_up("left", 8)) == 1
    assert outages.bus_up("left", 9) == []
    assert not outages

from device.logic.event import Happening, Phase
from device.logic.kinds import DEVICE_TROUBLES
from device.logic.troubles import Troubles


def test_trouble_is_told_once_and_its_end_once() -> None:
    troubles, code = Troubles(), DEVICE_TROUBLES["link"]
    assert troubles.raise_("link", "broker", 1, why="reset") == [
        Happening(1, "trouble.link", "broker", Phase.RAISED, code, {"why": "reset"})
    ]
    assert troubles.raise_("link", "broker", 2) == []
    assert "link" in troubles
    assert troubles.restore("link", 3, tries=4) == [
        Happening(3, "trouble.link", "broker", Phase.RESTORED, code, {"tries": 4})
    ]
    assert troubles.restore("link", 4) == []
    assert "link" not in troubles


def test_names_are_in_order() -> None:
    troubles = Troubles()
    for name in ("storage", "clock", "link"):
        troubles.raise_(name, "x", 0)
    assert troubles.names == ("clock", "link", "storage")

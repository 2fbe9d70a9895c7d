import pytest

from device.logic.kinds import DEVICE_TROUBLES, KINDS, Code, ZoneType, urgency_of
from drivers.ports import Urgency


def _codes() -> list[Code]:
    return [*DEVICE_TROUBLES.values(), *(code for kind in KINDS.values() for code in (kind.code, kind.circuit))]


def test_every_zone_type_has_its_kind() -> None:
    assert set(KINDS) == set(ZoneType)


def test_codes_are_those_of_the_field() -> None:
    for code in _codes():
        for letters in (code.raised, code.restored):
            assert letters is None or (len(letters) == 2 and letters.isupper())
        assert code.cid is None or 100 <= code.cid <= 999


def test_only_an_alarm_has_a_person_waiting() -> None:
    assert all(kind.what.startswith("alarm.") for kind in KINDS.values() if kind.by_person)


@pytest.mark.parametrize(
    ("what", "urgency"),
    [
        ("alarm.holdup", Urgency.ALARM),
        ("test.daily", Urgency.TELEMETRY),
        ("trouble.alarm", Urgency.NORMAL),
        ("command.refused", Urgency.NORMAL),
        ("alarming", Urgency.NORMAL),
    ],
)
def test_urgency_is_that_of_the_class(what: str, urgency: Urgency) -> None:
    assert urgency_of(what) is urgency

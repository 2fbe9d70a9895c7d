import pytest

from device.logic.kinds import BANK_CODES, DEVICE_TROUBLES, KINDS, Code, ZoneType, urgency_of
from drivers.ports import Urgency


def _codes() -> list[Code]:
    return [
        *DEVICE_TROUBLES.values(),
        *BANK_CODES.values(),
        *(code for kind in KINDS.values() for code in (kind.code, kind.circuit)),
    ]


def test_every_zone_type_has_its_kind() -> None:
    assert set(KINDS) == set(ZoneType)


def test_codes_are_those_of_the_field() -> None:
    for code in _codes():
        for letters in (code.raised, code.restored):
            assert letters is None or (len(letters) == 2 and letters.isupper())
        assert code.cid is None or 100 <= code.cid <= 999


def test_alarm_of_a_bank_never_has_the_code_of_what_is_no_alarm() -> None:
    """DN: a door was open when its time was over, "non-alarm, non-trouble". DJ: forced in an unarmed area."""
    alarms = {code.raised for what, code in BANK_CODES.items() if what.startswith("alarm.")}
    assert not alarms & {"DN", "DJ", "DM"}


def test_what_a_bank_tells_is_of_a_class_that_the_wire_knows() -> None:
    assert {what.partition(".")[0] for what in BANK_CODES} == {"alarm", "trouble", "door"}


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

from device.logic.command import Command
from device.logic.envelope import Refusal
from device.logic.inbound import QUIET_NS, Inbound
from device.logic.receipt import Answer, Receipt
from drivers.ports import Received
from tests.builders import make_keys, make_record
from tests.device.logic.letters import CONTROL_ROOM, DEVICE, command, receipt

RECEIPT_TOPIC, COMMAND_TOPIC = f"ansim/v1/{DEVICE}/receipt", f"ansim/v1/{DEVICE}/command"


def _inbound() -> Inbound:
    return Inbound(DEVICE, make_keys(CONTROL_ROOM))


def test_topic_says_what_a_message_may_be() -> None:
    inbound, record = _inbound(), make_record()
    good = receipt(record)
    assert inbound.read(Received(0, RECEIPT_TOPIC, good)) == [Receipt(record.place, record.digest, Answer.RECEIVED)]
    assert inbound.read(Received(0, COMMAND_TOPIC, good)) is Refusal.TYP
    assert inbound.read(Received(0, "ansim/v1/store-0043/receipt", good)) is Refusal.TOPIC
    assert inbound.read(Received(0, RECEIPT_TOPIC, None)) is Refusal.SIZE


def test_command_is_read_however_often_it_comes() -> None:
    inbound = _inbound()
    said = [inbound.read(Received(0, COMMAND_TOPIC, command("1"))) for _ in range(2)]
    assert all(isinstance(each, Command) and (each.jti, each.name) == ("1", "door.unlock") for each in said)


def test_bad_messages_are_over_when_none_has_come_for_an_hour() -> None:
    inbound = _inbound()
    assert inbound.due_ns() is None
    inbound.count(Refusal.KID, 5)
    inbound.count(Refusal.KID, 9)
    assert inbound.refused == {"kid": 2}
    assert inbound.due_ns() == 9 + QUIET_NS
    assert not inbound.is_quiet(8 + QUIET_NS)
    assert inbound.is_quiet(9 + QUIET_NS)
    assert not inbound.is_quiet(9 + QUIET_NS)

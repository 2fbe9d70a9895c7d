from device.logic.bank.hook import HOOK_GRACE_NS, Hook
from device.logic.bank.states import DoorState


def test_hook_contradicts_its_door_from_the_time_at_which_it_began_to() -> None:
    hook = Hook()
    assert not hook.look(is_open=False, locked=True, moved_ns=0)
    assert hook.look(is_open=False, locked=False, moved_ns=5)
    assert (hook.contradiction, hook.certain_ns) == (DoorState.UNLATCHED, 5 + HOOK_GRACE_NS)
    assert not hook.look(is_open=False, locked=False, moved_ns=9)
    assert hook.certain_ns == 5 + HOOK_GRACE_NS
    assert hook.look(is_open=True, locked=True, moved_ns=20)
    assert hook.contradiction is DoorState.LATCHED_OPEN
    assert hook.look(is_open=True, locked=False, moved_ns=30)
    assert hook.certain_ns is None


def test_hook_that_cannot_be_read_for_a_while_resolves_nothing_until_it_can() -> None:
    hook = Hook()
    hook.look(is_open=False, locked=False, moved_ns=5)
    assert not hook.look(is_open=False, locked=None, moved_ns=6)
    assert hook.contradiction is None
    assert not hook.look(is_open=False, locked=False, moved_ns=7)
    assert hook.look(is_open=False, locked=True, moved_ns=8)

from device.logic.bank.duty import PULSES_WINDOW_NS, REST_NS, Duty


def test_lock_that_was_never_pulsed_is_ready() -> None:
    assert Duty().ready_ns("left/1/1") is None


def test_lock_is_ready_after_its_rest_and_after_three_pulses_when_the_first_is_thirty_seconds_old() -> None:
    duty = Duty()
    duty.pulsed("left/1/1", 0)
    duty.pulsed("left/1/1", 5)
    assert duty.ready_ns("left/1/1") == 5 + REST_NS
    duty.pulsed("left/1/1", 9)
    assert duty.ready_ns("left/1/1") == PULSES_WINDOW_NS
    duty.pulsed("left/1/1", PULSES_WINDOW_NS)
    assert duty.ready_ns("left/1/1") == PULSES_WINDOW_NS + REST_NS
    assert duty.ready_ns("left/1/2") is None

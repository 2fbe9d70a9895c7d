from device.logic.bank.flutter import FLUTTER_CHANGES, FLUTTER_QUIET_NS, FLUTTER_WINDOW_NS, Flutter


def test_flutter_is_more_than_six_changes_within_ten_seconds() -> None:
    step_ns = FLUTTER_WINDOW_NS // FLUTTER_CHANGES
    flutter = Flutter()
    assert [flutter.change(step_ns * each) for each in range(FLUTTER_CHANGES + 1)] == [False] * FLUTTER_CHANGES + [True]
    slow = Flutter()
    assert not any(slow.change((step_ns + 1) * each) for each in range(100))


def test_flutter_is_over_after_sixty_seconds_of_quiet_and_can_begin_again() -> None:
    flutter = Flutter()
    assert flutter.restless(0)
    assert not flutter.restless(5)
    assert not flutter.change(7)
    assert flutter.due_ns() == 7 + FLUTTER_QUIET_NS
    assert not flutter.tick(6 + FLUTTER_QUIET_NS)
    assert flutter.tick(7 + FLUTTER_QUIET_NS)
    assert flutter.due_ns() is None
    assert flutter.restless(8 + FLUTTER_QUIET_NS)

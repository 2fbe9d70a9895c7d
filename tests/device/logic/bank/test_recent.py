from device.logic.bank.recent import Recent


def test_what_came_lately_is_remembered_and_the_oldest_forgotten() -> None:
    recent = Recent(most=2)

    for name in ("a", "b", "c"):
        recent.add(name)

    assert [name in recent for name in ("a", "b", "c", "d")] == [False, True, True, False]


def test_name_that_comes_again_takes_no_room() -> None:
    recent = Recent(most=2)

    for name in ("a", "b", "b", "b"):
        recent.add(name)

    assert "a" in recent

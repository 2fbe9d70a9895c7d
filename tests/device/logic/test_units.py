from device.logic.units import earliest


def test_earliest_is_the_first_that_is_due() -> None:
    assert earliest(None, 7, 3, None) == 3
    assert earliest(None) is None
    assert earliest() is None

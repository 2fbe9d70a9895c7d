"""How the demo follows an event: from what the board says to its steps."""

from sim.board.lines import Seen
from sim.demo.story import Story

_MS = 1_000_000
_ID, _DIGEST = "00000001aaaaaaaa-2", "digest"


def _pressed(story: Story) -> None:
    story.board(Seen("sent", 21 * _MS, "alarm", 7, _DIGEST))
    times = (0, 20 * _MS, 20 * _MS)
    story.board(Seen("event", 22 * _MS, _ID, "alarm.holdup", "raised", "counter-button", *times, _DIGEST))


def test_steps_of_an_alarm_are_counted_from_the_moment_the_contact_moved() -> None:
    story = Story()
    _pressed(story)
    story.board(Seen("puback", 23 * _MS, 7))
    story.board(Seen("saved", 24 * _MS, _ID))
    story.board(Seen("received", 30 * _MS, _ID))

    journey = story.journeys[_ID]

    assert journey.is_person
    steps = ("edge", "believed", "signed", "sent", "broker", "stored", "receipt")
    assert [journey.after_ms(step) for step in steps] == [0.0, 20.0, 20.0, 21.0, 23.0, 24.0, 30.0]
    assert journey.after_ms("verified") is None


def test_resend_does_not_move_the_first_steps() -> None:
    story = Story()
    _pressed(story)
    story.board(Seen("sent", 2_000 * _MS, "alarm", 8, _DIGEST))
    story.board(Seen("puback", 2_001 * _MS, 8))

    journey = story.journeys[_ID]

    assert journey.after_ms("sent") == 21.0
    assert journey.after_ms("broker") == 2_001.0


def test_lamps_and_link_are_followed_until_the_power_is_cut() -> None:
    story = Story()
    story.board(Seen("light", 1, "counter-led", True))
    story.board(Seen("up", 2, 0))
    assert story.lamps == {"counter-led": True}
    assert story.is_connected

    story.power_off()

    assert story.lamps == {"counter-led": False}
    assert not story.is_connected


def test_story_keeps_the_newest_journeys_only() -> None:
    story = Story()
    for number in range(500):
        what = ("alarm.holdup", "raised", "button", 0, 1, 2)
        story.board(Seen("event", number, f"id-{number}", *what, f"digest-{number}"))

    assert len(story.journeys) < 500
    assert next(reversed(story.journeys)) == "id-499"

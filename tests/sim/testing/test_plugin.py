"""The plugin in the test runs of others."""

import re
import subprocess
import sys

import pytest

from tests.sim.testing.inner import ROOT, Inner

_HEAVY = ("cryptography", "paho", "gpiozero", "sqlite3", "device", "drivers", "sim.world", "sim.acts")


def test_plugin_imports_nothing_but_pytest() -> None:
    program = "import sys, sim.testing.plugin; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = done.stdout.split()
    assert [name for name in _HEAVY if name in loaded] == []


def test_fixtures_of_a_project_come_first(inner: Inner) -> None:
    outcome = inner.run(
        test="""
        import pytest

        @pytest.fixture
        def broker():
            return "mine"

        def test_broker(broker):
            assert broker == "mine"
        """
    )

    assert outcome.status == 0, outcome.text


def test_two_tests_share_no_world(inner: Inner) -> None:
    outcome = inner.run(
        test="""
        import pytest

        @pytest.mark.parametrize("turn", [1, 2])
        def test_alarm(turn, world, store, control_room):
            store.press("panic-bell")
            world.run_for("2s")
            assert len(control_room.alarms()) == 1
            assert world.now_s == 12
        """
    )

    assert outcome.count("passed") == 2, outcome.text


def test_failing_test_shows_the_last_forty_lines_of_its_world(inner: Inner) -> None:
    outcome = inner.run(
        test="""
        def test_night(world, store, control_room):
            for _ in range(20):
                store.press("counter-button")
                world.run_for("1m")
            assert False
        """
    )

    told = outcome.text.partition("ansim: what happened in the world")[2]
    lines = re.findall(r"^\d\d:\d\d:\d\d\.\d{3}  .*$", told, re.MULTILINE)
    assert outcome.count("failed") == 1, outcome.text
    assert len(lines) == 40
    assert lines[-1].startswith("00:19:10.")


def test_passing_test_shows_nothing(inner: Inner) -> None:
    outcome = inner.run("-rA", test="def test_quiet(world): world.run_for('1m')")

    assert outcome.count("passed") == 1, outcome.text
    assert "ansim:" not in outcome.text


def test_failing_live_test_shows_what_the_store_said(inner: Inner) -> None:
    outcome = inner.run(
        test="""
        def test_receipt(live_store):
            live_store.press("counter-button")
            live_store.wait_for("sent")
            live_store.wait_for("received", within="10ms")
        """
    )

    assert outcome.count("failed") == 1, outcome.text
    assert "waited 0.01 s in vain for ansim.alarm raised to be received" in outcome.text
    assert "(press, zone counter-button)" in outcome.text.partition("ansim: what the live store said")[2]


def test_failing_scenario_shows_the_step_and_the_transcript(inner: Inner) -> None:
    inner.write(
        "night.toml",
        """
        title = "Nobody presses"
        about = "And yet an alarm is expected."
        [[step]]
        at = "1s"
        expect = "arrived"
        what = "alarm.holdup"
        within = "2s"
        """,
    )

    outcome = inner.run(test="def test_night(play_scenario): play_scenario('night.toml')")

    assert outcome.count("failed") == 1, outcome.text
    assert "night.toml: Nobody presses" in outcome.text
    assert "step 1" in outcome.text
    assert "ansim: what happened in the scenario" in outcome.text


_BAD = [
    ("@pytest.mark.ansim(stores=0)\ndef test_x(world): ...", "stores = 0: an integer 1–50 (stores) is allowed"),
    ("@pytest.mark.ansim(storse=2)\ndef test_x(world): ...", 'storse = 2: unknown key; did you mean "stores"?'),
    ("@pytest.mark.ansim(battery=4)\ndef test_x(world): ...", "battery = 4: a duration"),
    ("@pytest.mark.ansim(3)\ndef test_x(world): ...", "3: arguments with a name are allowed only, such as stores=3"),
    ("@pytest.mark.ansim(config='no.toml')\ndef test_x(world): ...", "no.toml: cannot be read"),
    ("@pytest.mark.ansim(stores=2)\ndef test_x(store): ...", 'one of "store-0042", "store-0043" is required'),
    ("def test_x(store): store.network('blak')", 'store-0042: network.state = "blak": one of "up", "refused"'),
    ("def test_x(store): store.do('pres')", 'store-0042: do = "pres": one of "press", "hold"'),
    ("def test_x(store): store.press('door')", 'zone = "door": store-0042 has "counter-button"'),
    ("def test_x(world): world.run_for(8)", 'world: run_for = 8: a duration 0s to 400d, such as "300ms"'),
    ("def test_x(world): world.broker('down', broker=2)", "broker = 2: 0–1 is allowed, 0 for all"),
    ("def test_x(control_room): control_room.dispatch()", "the control room has no raised alarm of store-0042"),
    ("def test_x(control_room): control_room.zones('shop')", 'store = "shop": one of "store-0042" is allowed'),
    ("def test_x(play_scenario): play_scenario('no.toml')", "no.toml: cannot be read: No such file or directory"),
    ("def test_x(live_store): live_store.press('door')", 'zone = "door": store-0042 has "counter-button"'),
    ("def test_x(live_store): live_store.do('brownout')", "brownout: in virtual time alone"),
    ("def test_x(live_store): live_store.wait_for('heard')", "wait_for = \"heard\": one of 'told'"),
    ("def test_x(live_store): live_store.wait_for_lamp('red')", "lamp = \"red\": one of 'dark'"),
    ("def test_x(live_store): live_store.receipt(b'x.y.z')", "not the envelope of an event: b'x.y.z'"),
]


def test_every_wrong_word_is_one_clear_line(inner: Inner) -> None:
    files = {f"bad_{number:02d}": f"import pytest\n{text}\n" for number, (text, _) in enumerate(_BAD)}

    outcome = inner.run("--tb=line", **files)

    assert outcome.count("failed") + outcome.count("error") == len(_BAD), outcome.text
    assert [line for _, line in _BAD if line not in outcome.text] == []


def test_traceback_ends_where_the_test_asked(inner: Inner) -> None:
    outcome = inner.run(test="def test_x(store): store.press('door')")

    assert "sim/testing/" not in outcome.text, outcome.text


@pytest.mark.parametrize("option", ["--fixtures", "--markers"])
def test_pytest_lists_what_there_is(option: str, inner: Inner) -> None:
    outcome = inner.run(option)

    assert ("live_store" if option == "--fixtures" else "@pytest.mark.ansim(stores=1") in outcome.text

"""Whatever a file says: a Config or a map, or fault lines that are lines."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.device.config.bank import BANK, MAP, faults_in_map
from tests.device.config.store import GOOD, faults_in

SCRAPS = st.sampled_from(
    [
        *("[", "]", "[[", "{", "}", "=", ".", ",", '"', "'", '"""', "#", "\n", "\r", "\t", "\\", "\\u0000", "\x00"),
        *("true", "nan", "-inf", "1e999", "0x" + "f" * 5000, "9" * 5000, "2026-13-45", "07:32:00", "1979-05-27"),
        *("[zone]", "[[zone]]", "[mqtt.brokers]", "[[device]]", "zone = 1", "zone = [1]", "a.b.c = {d = [1]}"),
        *("\x1b", "서울", "\U0010ffff", "[" * 2000, "{a=" * 2000, "a." * 60),
    ]
)


@st.composite
def spoilt(draw: st.DrawFn, good: str) -> str:
    """A good file after some cuts and insertions."""
    pieces = st.one_of(SCRAPS, st.text(max_size=20), st.sampled_from(good.splitlines()))
    text = good
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        text = text[:start] + draw(pieces) + text[end:]
    return text


VALUES = st.recursive(
    st.one_of(
        st.sampled_from(["true", "-1", "0", "17", "70000", "1.5", "nan", '"GPIO17"', '"up"', "1979-05-27", '""'])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        inner.map(lambda item: f"{{name = {item}}}"),
    ),
    max_leaves=5,
)


@st.composite
def retyped(draw: st.DrawFn, good: str) -> str:
    """A good file with values of other types: still TOML, so that what reads the mapping is reached."""
    lines = good.splitlines()
    for number in draw(st.sets(st.sampled_from([n for n, line in enumerate(lines) if " = " in line]), max_size=4)):
        lines[number] = f"{lines[number].partition(' = ')[0]} = {draw(VALUES)}"
    return "\n".join(lines)


def assert_lines(faults: tuple[str, ...], file: str) -> None:
    """Each is one line of text, and not a long one."""
    for line in faults:
        assert line.startswith(f"{file}: ")
        assert line.isprintable()
        assert len(line) < 500


@settings(deadline=None, derandomize=True, max_examples=400, database=None)
@given(st.one_of(spoilt(GOOD), retyped(GOOD), spoilt(BANK), retyped(BANK), st.text()))
def test_any_text_is_a_config_or_a_list_of_lines(text: str) -> None:
    assert_lines(faults_in(text), "store.toml")


@settings(deadline=None, derandomize=True, max_examples=200, database=None)
@given(st.one_of(spoilt(MAP), retyped(MAP), st.text()))
def test_any_text_is_a_map_or_a_list_of_lines(text: str) -> None:
    assert_lines(faults_in_map(text), "map.toml")

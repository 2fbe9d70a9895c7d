import pytest

from device.enrol.label import MAX_CHARACTERS, Label, parse_label, parse_token
from device.errors import LabelError

ROOT = "0123456789abcdef" * 4
TOKEN = "abcdefghijklmnopqrstuvwxyz"
TEXT = f"ansim:store-0042?est=https://enrol.example:8443&ca={ROOT}"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (TEXT, Label("store-0042", "https://enrol.example:8443", ROOT)),
        (f"  {TEXT}&token={TOKEN}\n", Label("store-0042", "https://enrol.example:8443", ROOT, TOKEN)),
        (
            f"{TEXT}&token=ABCD-efgh-ijkl-mnop-qrst-uvwx-yz",
            Label("store-0042", "https://enrol.example:8443", ROOT, TOKEN),
        ),
        (TEXT.replace(ROOT, ROOT.upper()), Label("store-0042", "https://enrol.example:8443", ROOT)),
        (TEXT.replace("8443", "8443/"), Label("store-0042", "https://enrol.example:8443", ROOT)),
    ],
)
def test_a_label_is_read_as_it_was_typed_or_scanned(text: str, label: Label) -> None:
    assert parse_label(text) == label


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_label_that_was_written_is_read(token: str | None) -> None:
    label = Label("store-0042", "https://[2001:db8::7]:8443", ROOT, token)

    assert parse_label(str(label)) == label


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a label"),
        ("store-0042", "not a label"),
        ("ansim:store-0042", "not a label"),
        (TEXT + "x" * MAX_CHARACTERS, "not a label"),
        (TEXT.replace("store", "Store"), "device id 'Store-0042'"),
        (TEXT.replace("https", "http"), "allowed is https://HOST or https://HOST:PORT"),
        (TEXT.replace("ca=", "ca=zz"), "64 hex digits"),
        (TEXT.replace("ca=", "cb="), "est and ca are needed once each"),
        (f"{TEXT}&ca={ROOT}", "est and ca are needed once each"),
        (f"{TEXT}&", "cannot be read"),
        (TEXT.partition("&")[0], "64 hex digits"),
    ],
)
def test_what_is_no_label_is_one_line(text: str, words: str) -> None:
    with pytest.raises(LabelError) as caught:
        parse_label(text)

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("token", ["abcdefghijklmnopqrstuvwxy", "abcdefghijklmnopqrstuvwxy1", "", "secret\nsecret"])
def test_a_bad_token_is_not_repeated(token: str) -> None:
    with pytest.raises(LabelError) as caught:
        parse_token(token, "/run/token")

    assert str(caught.value) == "/run/token: allowed are 26 characters a–z and 2–7"

"""The control room's signing keys: one follows the other."""

import json

import pytest

from tests.provisioning.commands.counter import Bad, Counter, check_refused


def _retire_one(counter: Counter) -> None:
    counter.type("jwks --new")
    kids = _kids(counter)
    counter.type(("jwks", f"--retire={kids[0]}"))


def _full_with_key(counter: Counter) -> None:
    counter.type("jwks --new")
    counter.lay_public_key("k")


def _block(counter: Counter) -> None:
    (counter.office / "control-room.jwks.json.part").mkdir()


REFUSED = (
    Bad("jwks --new --add x", 64, "not allowed with argument"),
    Bad("jwks --new", 65, "--new: 2 keys are valid, no more are allowed; --retire", lambda at: at.type("jwks --new")),
    Bad("jwks --add {here}/none", 65, "none: cannot be read"),
    Bad("jwks --add {here}/k", 65, "k: not a key that can be used", lambda at: at.lay("k", b"\0\xff" * 100)),
    Bad("jwks --add /dev/zero", 65, "too big; at most 16384 bytes"),
    Bad("jwks --add {here}/k", 65, "holds a private key", lambda at: at.lay("k", "-----BEGIN EC PRIVATE KEY-----")),
    Bad("jwks --add {here}/k", 65, "2 are valid, no more are allowed", _full_with_key),
    Bad("jwks --retire nobody", 65, "--retire 'nobody': no key begins so; allowed is the beginning of one"),
    Bad(("jwks", "--retire="), 65, "--retire '': 2 keys begin so", lambda at: at.type("jwks --new")),
    Bad(("jwks", "--retire="), 65, "last"),
    Bad("jwks", 78, "keys cannot be written: Is a directory", _block),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_what_is_not_allowed_is_one_line_and_changes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)


def test_keys_are_listed_with_the_files_for_others(counter: Counter) -> None:
    answer = counter.type("jwks")

    key, devices, room = answer.out.splitlines()
    assert key.endswith("valid")
    assert devices == f"for devices: {counter.office}/control-room.jwks.json"
    assert room == f"for the control room: {counter.office}/devices.jwks.json"


def test_a_new_key_follows_the_old_one(counter: Counter) -> None:
    (old,) = _kids(counter)

    made = counter.type("jwks --new --json")
    counter.type(("jwks", f"--retire={old[:8]}"))

    jwks = json.loads((counter.office / "control-room.jwks.json").read_bytes())
    (new,) = (each["kid"] for each in made.value if each["kid"] != old)  # type: ignore[attr-defined]
    assert [key["kid"] for key in jwks["keys"]] == [new]
    assert (counter.office / f"control-room-{new[:8]}.key").is_file()


def test_a_key_that_the_control_room_has_made_is_believed(counter: Counter) -> None:
    counter.lay_public_key("room.pem")

    answer = counter.type("jwks --add {here}/room.pem --json")

    assert [each["is_valid"] for each in answer.value] == [True, True]  # type: ignore[attr-defined]
    assert len(list(counter.office.glob("control-room-*.key"))) == 1


def test_a_retired_key_stays_on_the_list(counter: Counter) -> None:
    _retire_one(counter)

    answer = counter.type("jwks")

    assert [line.split()[-1] for line in answer.out.splitlines()[:2]] == ["retired", "valid"]


def _kids(counter: Counter) -> list[str]:
    with counter.open() as office:
        return [key.kid for key in office.registry.signing_keys()]

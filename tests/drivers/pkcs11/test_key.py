import copy
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, ECDSA
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from drivers.certificate_request import make_request
from drivers.errors import KeyFileError
from drivers.keystore import check_certificate, load_signer
from drivers.pkcs11.key import Tokens
from tests.builders import make_keys
from tests.conftest import external
from tests.drivers.pkcs11.softhsm import PIN, SoftHsm, write_pin
from tests.drivers.test_keystore import NOW_UTC
from tests.pki import Pki


def refusal(tokens: Tokens, uri: str) -> str:
    """What the operator is told: one line without the PIN."""
    with pytest.raises(KeyFileError) as caught:
        tokens.key(uri)
    text = str(caught.value)
    assert "\n" not in text
    assert PIN not in text
    return text


@pytest.mark.usefixtures("process_tokens")
def test_a_key_in_a_token_signs(uri: str) -> None:
    signer = load_signer(uri)

    signature = signer.sign(b"data")

    assert signer.alg == "ES256"
    assert len(signature) == 64
    assert make_keys(signer).verify(signer.kid, "ES256", signature, b"data")


@pytest.mark.usefixtures("process_tokens")
def test_a_certificate_of_the_key_is_this_devices(uri: str, tmp_path: Path) -> None:
    signer = load_signer(uri)
    pki = Pki(tmp_path)
    certificate = pki.certify("store-0042", signer.public_key, tmp_path)  # type: ignore[arg-type]  # of a token: P-256

    assert check_certificate(certificate, signer, "store-0042", NOW_UTC)


def test_a_request_is_signed_by_the_token(tokens: Tokens, uri: str, tmp_path: Path) -> None:
    openssl = external(shutil.which("openssl"), "apt install openssl")
    request = tmp_path / "request.der"

    request.write_bytes(make_request(tokens.key(uri), "store-0042"))

    verify = [openssl, "req", "-inform", "DER", "-in", str(request), "-verify", "-noout", "-subject"]
    done = subprocess.run(verify, capture_output=True, text=True, check=True)
    assert "store-0042" in done.stdout
    assert "verify OK" in done.stderr + done.stdout


def test_a_key_is_opened_once(tokens: Tokens, uri: str) -> None:
    assert tokens.key(uri) is tokens.key(uri)


def test_two_keys_of_one_token_sign_side_by_side(tokens: Tokens, hsm: SoftHsm, uri: str) -> None:
    hsm.make_key("ansim", "second", "40")
    keys = [tokens.key(uri), tokens.key(hsm.uri("ansim", "second"))]

    for key in keys:
        key.public_key().verify(key.sign(b"data", ECDSA(SHA256())), b"data", ECDSA(SHA256()))
    assert keys[0].public_key() != keys[1].public_key()


def test_serial_and_id_choose_too(tokens: Tokens, hsm: SoftHsm, uri: str) -> None:
    assert tokens.key(hsm.uri("ansim", names=";id=%01;type=private")).public_key() == tokens.key(uri).public_key()


def test_it_does_nothing_but_sign_and_never_leaves(tokens: Tokens, uri: str) -> None:
    key = tokens.key(uri)

    assert (key.curve.name, key.key_size) == ("secp256r1", 256)
    assert copy.copy(key) is key
    assert copy.deepcopy(key) is key
    for forbidden in (
        lambda: key.exchange(ECDH(), key.public_key()),
        key.private_numbers,
        lambda: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        lambda: key.sign(b"data", ECDSA(SHA384())),
    ):
        with pytest.raises(UnsupportedAlgorithm, match="in a token signs"):
            forbidden()
    key.public_key().verify(key.sign(b"data", ECDSA(SHA256())), b"data", ECDSA(SHA256()))


def test_a_uri_that_is_none_is_refused_without_repeating_it(tokens: Tokens) -> None:
    assert refusal(tokens, f"pkcs11:token=a;pin-value={PIN}").startswith('pkcs11:…: "pin-value" puts the PIN')


def test_a_missing_module_is_named(tokens: Tokens, uri: str, hsm: SoftHsm, tmp_path: Path) -> None:
    missing = tmp_path / "missing.so"

    assert refusal(tokens, uri.replace(str(hsm.module), str(missing))) == (
        f"{missing}: missing; allowed is the token's PKCS#11 module"
    )


def test_a_file_that_is_no_library_is_named(tokens: Tokens, uri: str, hsm: SoftHsm, tmp_path: Path) -> None:
    text = tmp_path / "text.so"
    text.write_text("not a library")

    assert refusal(tokens, uri.replace(str(hsm.module), str(text))).startswith(f"{text}: cannot be loaded: ")


def test_a_library_that_is_no_module_is_named(tokens: Tokens, uri: str, hsm: SoftHsm) -> None:
    maps = Path("/proc/self/maps").read_text().splitlines()
    library = next(line.split()[-1] for line in maps if "/libc.so" in line)

    assert refusal(tokens, uri.replace(str(hsm.module), library)) == (
        f"{library}: cannot be loaded: not a PKCS#11 module; allowed is the token's PKCS#11 module"
    )


def test_a_missing_token_is_told(tokens: Tokens, hsm: SoftHsm) -> None:
    assert refusal(tokens, hsm.uri("elsewhere")) == (
        "pkcs11:token=elsewhere;object=device: no such token; is it plugged in, and may this user reach it?"
    )


def test_a_token_of_another_serial_is_another_token(tokens: Tokens, hsm: SoftHsm) -> None:
    assert "no such token" in refusal(tokens, hsm.uri("ansim", names=";serial=0"))


def test_two_tokens_of_one_name_are_told_apart_by_serial(tokens: Tokens, hsm: SoftHsm) -> None:
    hsm.make_token("twin")
    hsm.make_token("twin")

    assert refusal(tokens, hsm.uri("twin")).endswith('several tokens of this name; allowed is one, add "serial=…"')


def test_a_missing_key_is_told(tokens: Tokens, hsm: SoftHsm) -> None:
    assert refusal(tokens, hsm.uri("ansim", "nothing")) == (
        "pkcs11:token=ansim;object=nothing: no such private key in the token; "
        "pkcs11-tool --login -O lists what is there"
    )


def test_two_keys_of_one_name_are_told_apart_by_id(tokens: Tokens, hsm: SoftHsm) -> None:
    hsm.make_key("ansim", "double", "0a")
    hsm.make_key("ansim", "double", "0b")

    assert refusal(tokens, hsm.uri("ansim", "double")).endswith(
        'several private keys of this name in the token; allowed is one, add "id=%…"'
    )
    assert tokens.key(hsm.uri("ansim", "double", names=";id=%0a"))


@pytest.mark.parametrize("kind", ["EC:secp384r1", "rsa:2048"])
def test_a_key_of_another_kind_is_refused(tokens: Tokens, hsm: SoftHsm, kind: str) -> None:
    label = kind.partition(":")[0]
    hsm.make_key("ansim", label, "20" if label == "EC" else "21", kind)

    assert refusal(tokens, hsm.uri("ansim", label)).endswith("a key of another kind; allowed in a token is P-256")


def test_a_missing_public_key_is_told(tokens: Tokens, hsm: SoftHsm) -> None:
    hsm.make_key("ansim", "half", "30")
    hsm.tool("ansim", "--delete-object", "--type", "pubkey", "--label", "half")

    assert "no such public key in the token" in refusal(tokens, hsm.uri("ansim", "half"))


def test_a_pin_that_others_can_read_is_refused(tokens: Tokens, hsm: SoftHsm, tmp_path: Path) -> None:
    pin_file = write_pin(tmp_path / "pin", PIN, 0o640)

    text = refusal(tokens, hsm.uri("ansim", pin_file=pin_file))

    assert text == f"{pin_file}: others can read or change it: mode 0640, allowed is 0600"


def test_a_missing_pin_is_named(tokens: Tokens, hsm: SoftHsm, tmp_path: Path) -> None:
    assert refusal(tokens, hsm.uri("ansim", pin_file=tmp_path / "pin")) == f"{tmp_path}/pin: missing"


@pytest.mark.parametrize("pin", ["", "1\n2", "1\0"])
def test_a_pin_is_one_line(tokens: Tokens, hsm: SoftHsm, tmp_path: Path, pin: str) -> None:
    pin_file = write_pin(tmp_path / "pin", pin)

    text = refusal(tokens, hsm.uri("ansim", pin_file=pin_file))

    assert text == f"{pin_file}: not a PIN; allowed is one line, not empty"


def test_a_wrong_pin_is_tried_once(tokens: Tokens, hsm: SoftHsm, tmp_path: Path) -> None:
    hsm.make_token("wary")
    hsm.make_key("wary", "device")
    pin_file = write_pin(tmp_path / "pin", "141421")
    uri = hsm.uri("wary", pin_file=pin_file)

    first = refusal(tokens, uri)
    write_pin(pin_file, PIN)
    second = refusal(tokens, uri)

    assert first == f"pkcs11:token=wary;object=device: the PIN in {pin_file} is wrong; it is not tried again"
    assert "a wrong PIN was given before, and none is tried again" in second


def test_a_restart_tries_no_pin_either_until_somebody_has_logged_in(hsm: SoftHsm, tmp_path: Path) -> None:
    hsm.make_token("cautious")
    hsm.make_key("cautious", "device")
    pin_file = write_pin(tmp_path / "pin", "141421")
    uri = hsm.uri("cautious", pin_file=pin_file)
    texts = []
    for pin in ("141421", PIN):
        tokens = Tokens()
        write_pin(pin_file, pin)
        texts.append(refusal(tokens, uri))
        tokens.close()

    hsm.tool("cautious", "--list-objects")

    assert "is wrong" in texts[0]
    assert "none is tried again" in texts[1]
    tokens = Tokens()
    assert tokens.key(uri)
    tokens.close()

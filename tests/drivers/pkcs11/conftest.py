from collections.abc import Iterator

import pytest

from drivers.pkcs11.key import TOKENS, Tokens
from tests.drivers.pkcs11.softhsm import SoftHsm


@pytest.fixture(scope="session")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """With one token "ansim" that holds one key "device"."""
    hsm = SoftHsm(tmp_path_factory.mktemp("softhsm"))
    hsm.make_token("ansim")
    hsm.make_key("ansim", "device")
    with hsm.in_use():
        yield hsm


@pytest.fixture
def uri(hsm: SoftHsm) -> str:
    return hsm.uri("ansim")


@pytest.fixture
def tokens(hsm: SoftHsm) -> Iterator[Tokens]:
    """As a process has them that was just started."""
    tokens = Tokens()
    yield tokens
    tokens.close()


@pytest.fixture
def process_tokens(hsm: SoftHsm) -> Iterator[None]:
    """For what opens keys by `load_signer`."""
    yield
    TOKENS.close()

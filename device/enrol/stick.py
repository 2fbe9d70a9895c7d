"""The USB stick that carries a request to the office, and the answer back."""

import base64
import os
from pathlib import Path

from device.enrol.enrolment import Answer
from drivers.errors import KeyFileError

_MAX_BYTES = 256 * 1024
_LINE = 64


class Stick:
    """OSError as the system says. The files are named as `ansim-provision` names them."""

    def __init__(self, folder: Path, device: str) -> None:
        self._folder = folder
        self.request = folder / f"{device}.csr"
        self.certificate = folder / f"{device}.crt"

    def answer(self) -> Answer | None:
        """What the office has answered; None before it has. KeyFileError if a part of it is missing."""
        if not self.certificate.exists():
            return None
        others = (self._folder / "ca.crt", self._folder / "control-room.jwks.json")
        return Answer(str(self._folder), *(_read(path) for path in (self.certificate, *others)))

    def write_request(self, der: bytes) -> None:
        """As PEM. Stick file systems know no modes, and a torn file is written again the next time."""
        text = base64.b64encode(der).decode("ascii")
        lines = (text[start : start + _LINE] for start in range(0, len(text), _LINE))
        pem = "\n".join(("-----BEGIN CERTIFICATE REQUEST-----", *lines, "-----END CERTIFICATE REQUEST-----", ""))
        with self.request.open("w", encoding="ascii") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise KeyFileError(f"{path}: missing; the office writes it beside the certificate") from None
    if len(data) > _MAX_BYTES:
        raise KeyFileError(f"{path}: too big; at most {_MAX_BYTES} bytes are allowed")
    return data

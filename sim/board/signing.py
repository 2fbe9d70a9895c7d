"""A signer that remembers when it signed what."""

from collections.abc import Callable

from drivers.ports import Signer

_KEPT = 64


class TimedSigner:
    """A `Signer` over another. Main loop only, as its owner is."""

    def __init__(self, signer: Signer, now_ns: Callable[[], int]) -> None:
        self._signer = signer
        self._now_ns = now_ns
        self._signed_ns: dict[bytes, int] = {}

    @property
    def alg(self) -> str:
        return self._signer.alg

    @property
    def is_slow(self) -> bool:
        return self._signer.is_slow

    @property
    def kid(self) -> str:
        return self._signer.kid

    def sign(self, data: bytes) -> bytes:
        signature = self._signer.sign(data)
        self._signed_ns[data] = self._now_ns()
        if len(self._signed_ns) > _KEPT:
            del self._signed_ns[next(iter(self._signed_ns))]
        return signature

    def signed_ns(self, envelope: bytes) -> int | None:
        """When the signature of an envelope was made; None if that is too long ago."""
        return self._signed_ns.get(envelope.rpartition(b".")[0])

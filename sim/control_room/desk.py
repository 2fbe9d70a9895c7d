"""The desk: verifies what arrives, stores it, and writes the receipts. Plays nothing; time is an argument.

A receiver for real use is this desk with another shell around it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from device.logic.envelope import Refusal, Typ, seal
from device.logic.receipt import Answer
from device.logic.units import S
from drivers.ports import Message, Place, Signer, WallClock
from sim.control_room.ledger import Filing, Ledger
from sim.control_room.receipts import Reply, Stamp, batches, receipt_payload
from sim.control_room.values import VerifiedEvent, VerifiedStatus
from sim.control_room.verifier import Verifier

ID_TAKEN = "another envelope has this id"

Seal = Callable[[Sequence[Reply], Stamp], bytes]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it came in. `at_ns`: monotonic; `payload` None if the link found it too large."""

    at_ns: int
    topic: str
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class TakenEvent:
    """A verified event that is in the ledger now, and what the device is to be told about it."""

    letter: Letter
    event: VerifiedEvent
    filing: Filing
    reply: Reply


@dataclass(frozen=True, slots=True)
class TakenStatus:
    """A verified status. `is_news` is False for one that has been overtaken, and for the will of an old connection."""

    letter: Letter
    status: VerifiedStatus
    is_news: bool


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Something that was not what it claimed to be. Nobody is answered."""

    letter: Letter
    reason: Refusal


Taken = TakenEvent | TakenStatus | NotTaken


class Desk:
    """One thread. LedgerError from any method: nothing was stored, so nothing may be answered."""

    def __init__(
        self, verifier: Verifier, ledger: Ledger, signer: Signer, iss: str, new_jti: Callable[[], str]
    ) -> None:
        """iss: the control room's name. new_jti: gives a text that was never used before."""
        self._verifier = verifier
        self._ledger = ledger
        self.signer = signer
        """Whose receipts these are; may be replaced when the control room has a new key."""
        self._iss = iss
        self._new_jti = new_jti
        self._unnoted: list[tuple[Reply, str, int]] = []

    def handle(self, topic: str, payload: bytes | None, now: WallClock) -> list[Message]:
        """One message in, the receipts for it out."""
        taken = self.take([Letter(now.at_ns, topic, payload)], now)
        messages = self.answer(replies(taken), now)
        self.note_receipts()
        return messages

    def take(self, letters: Iterable[Letter], now: WallClock) -> list[Taken]:
        """Verify and store, all in one commit. When it returns, everything taken survives a power cut."""
        verified = [(letter, self._verifier.verify(letter.topic, letter.payload, now.utc_ns)) for letter in letters]
        with self._ledger.transaction():
            return [self._store(letter, found, now) for letter, found in verified]

    def operate(self, device_id: str, place: Place, answer: Answer, reason: str | None = None) -> list[Reply]:
        """A person has done something about an event. KeyError if the ledger does not know it."""
        event = self._ledger.find(device_id, place)
        if event is None:
            raise KeyError(f"{device_id} {place}")
        with self._ledger.transaction():
            self._ledger.dispose(device_id, place, answer, reason)
        return [Reply(device_id, place, event.digest, answer, reason)]

    def answer(self, answers: Iterable[Reply], now: WallClock, seal_batch: Seal | None = None) -> list[Message]:
        """Signed receipts, as few envelopes as possible. `seal_batch` in place of the honest signature."""
        sealed = seal_batch or self._seal
        messages: list[Message] = []
        for batch in batches(answers):
            stamp = Stamp(self._iss, now.utc_ns // S, self._new_jti())
            self._unnoted += [(reply, stamp.jti, now.utc_ns) for reply in batch]
            messages.append(Message(f"ansim/v1/{batch[0].device}/receipt", sealed(batch, stamp)))
        return messages

    def note_receipts(self) -> None:
        """Write down which receipts were made: after they are sent, since nobody need wait for that."""
        if self._unnoted:
            with self._ledger.transaction():
                for reply, jti, at_utc_ns in self._unnoted:
                    self._ledger.note_receipt(reply, jti, at_utc_ns)
            self._unnoted.clear()

    def _store(self, letter: Letter, found: VerifiedEvent | VerifiedStatus | Refusal, now: WallClock) -> Taken:
        match found:
            case VerifiedEvent() if self._comes_too_late(found, now):
                return NotTaken(letter, self._verifier.refuse(Refusal.REVOKED))
            case VerifiedEvent():
                filing = self._ledger.file(found, now.utc_ns)
                return TakenEvent(letter, found, filing, self._reply(found, filing))
            case VerifiedStatus():
                return TakenStatus(letter, found, self._ledger.file_status(found, now.utc_ns))
            case Refusal():
                return NotTaken(letter, found)

    def _comes_too_late(self, event: VerifiedEvent, now: WallClock) -> bool:
        """Its key is revoked, and nothing that was taken before proves that it was signed before."""
        return self._verifier.is_revoked(event.kid, now.utc_ns) and not self._ledger.proves(event)

    def _reply(self, event: VerifiedEvent, filing: Filing) -> Reply:
        if filing is Filing.CONFLICT:
            return Reply(event.device, event.place, event.digest, Answer.REJECTED, ID_TAKEN)
        answer, reason = Answer.RECEIVED, None
        # Whoever sends again has lost our word; he gets what it is now.
        if filing is Filing.DUPLICATE and (stored := self._ledger.find(event.device, event.place)):
            answer, reason = stored.answer, stored.reason
        return Reply(event.device, event.place, event.digest, answer, reason)

    def _seal(self, batch: Sequence[Reply], stamp: Stamp) -> bytes:
        return seal(receipt_payload(batch, stamp), Typ.RECEIPT, self.signer)


def replies(taken: Iterable[Taken]) -> list[Reply]:
    """What the devices are to be told."""
    return [each.reply for each in taken if isinstance(each, TakenEvent)]

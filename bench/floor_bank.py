"""The floor of a bank: what anybody would write first. pyserial, each board asked in turn, paho, QoS 1.

The buttons of bench/floor_button.py are there, too. No silence between frames, no checksum, no second reading, no
pulses, no signature, no store, no receipt.
"""

import sys
import time
from threading import Thread

from serial import Serial

from bench.floor_button import connect, watch
from bench.lines import say

_BAUD = 9_600
_ANSWER_BYTES = 7
_REPLY_S = 0.25
_ROUND_S = 0.25


def main() -> None:
    port, pins, path, boards, *tls = sys.argv[1:]
    client = connect(int(port), *tls)
    buttons = watch(client, pins.split(","))

    def ask() -> None:
        known: dict[int, int] = {}
        with Serial(path, _BAUD, timeout=_REPLY_S, exclusive=True) as line:
            while True:
                begun_s = time.monotonic()
                for board in range(1, int(boards) + 1):
                    line.write(bytes((0x80, board, 0x00, 0x33, 0x80 ^ board ^ 0x33)))
                    answer = line.read(_ANSWER_BYTES)
                    if len(answer) < _ANSWER_BYTES:
                        continue
                    word = int.from_bytes(answer[2:5], "little")
                    changed = word ^ known.get(board, word)
                    known[board] = word
                    for lock in (lock for lock in range(24) if changed >> lock & 1):
                        what = "closed" if word >> lock & 1 else "opened"
                        client.publish(f"floor/{board}-{lock + 1}", what, qos=1)
                time.sleep(max(0.0, begun_s + _ROUND_S - time.monotonic()))

    Thread(target=ask, name="boards", daemon=True).start()
    say("armed")
    sys.stdin.read()
    for button in buttons:
        button.close()


if __name__ == "__main__":
    main()

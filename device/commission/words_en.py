"""English."""

from device.commission.faults import Flaw
from device.commission.view import Choice, Phrase
from device.commission.words import Words


def _door(name: str) -> str:
    return f"door {name}"


def _doors(names: tuple[str, ...]) -> str:
    return ", ".join(_door(name) for name in names)


ENGLISH = Words(
    phrases={
        Phrase.FOUND: "Boards found (in brackets: locks at most):\n{wires}\nIf one is missing, stop here, and look at "
        "its power, its bus wires and its address switches.",
        Phrase.NO_BOARDS: "This bank has relays and door contacts, and no lock boards.",
        Phrase.RESUMED: "Doors that are proved already are not asked again.",
        Phrase.SHUT_ALL: "Shut every door.",
        Phrase.ONE_MOMENT: "One moment.",
        Phrase.SHUT_DOORS: "Shut {others}.",
        Phrase.SHUT_SIGNALS: "More is open. Shut everything.\nReads open: {wires}",
        Phrase.OPEN: "Open {door} with the emergency key or the manual release. This goes on by itself.",
        Phrase.OPEN_HINT: "If the door is open and nothing happens, press Enter.",
        Phrase.KEEP_OPEN: "Keep {door} wide open. Its signals are being read.",
        Phrase.WRONG_DOOR: "What is open is {others}. Shut it and open {door}.",
        Phrase.LACKS_REED: "{Door}: the lock's signal came ({wires}), that of the door contact (magnet switch) did "
        "not. Is the door wide open?",
        Phrase.LACKS_LATCH: "{Door}: the door contact's signal came ({wires}), that of the lock did not.",
        Phrase.SHUT: "Shut {door}. Push until it clicks.",
        Phrase.RELEASING: "{Door} is about to open. Step back. If it does not spring open, pull.\nLock: {wires}",
        Phrase.COOLING: "The lock rests, so that it does not get hot. {door} opens within 30 seconds.\nLock: {wires}",
        Phrase.WATCHING: "{Door} was released. If it did not spring open, pull it. Do not shut it yet.\nLock: {wires}",
        Phrase.OTHER_OPENED: "Another door has opened: wires have changed places. Shut it, and the right wire is "
        "looked for.\nWires: {wires}",
        Phrase.FINDING: "A lock was released to find {door}. If nothing sprang open, pull {door}. Do not shut it yet.\n"
        "Lock: {wires}",
        Phrase.WHICH_IS_OPEN: "Look at the open door. Which number is on it? Type it and press Enter.",
        Phrase.NO_SUCH_DOOR: "This bank has no {others}. Look again.",
        Phrase.FINISHED: "Every door is proved. Shut those that are open.",
        Phrase.NOT_FINISHED: "Not finished. Mend what is below and run the same command again.",
        Phrase.CROSSED: "{Door}: drive and feedback are on different numbers ({wires}). Written down as it is; nothing "
        "has to be mended.",
    },
    flaws={
        Flaw.NO_SIGNAL: "{Door} is open and nothing tells so. Its feedback wire is loose, cut or shorted. "
        "If its neighbours are the same, a board is missing.",
        Flaw.READS_OPEN: "The feedback of {door} reads open all the time: its wire is loose or cut.",
        Flaw.READS_SHUT: "The feedback of {door} reads shut all the time: its wire is shorted, or the switch in the "
        "lock is stuck.",
        Flaw.NO_LATCH: "{Door}: the door contact moves, the lock's feedback does not. Look at the feedback wire of the "
        "lock.",
        Flaw.NO_REED: "{Door}: the door contact (magnet switch) does not move. Is the magnet there, and near enough? "
        "Is the contact plugged in?",
        Flaw.TWO_SIGNALS: "Opening {door} has moved the signals of two doors. If you opened two, shut both and try "
        "again. If not, two feedback wires touch.",
        Flaw.NOT_BACK: "The door is shut and its signal has not come back. Has the hook caught? Is a wire loose?",
        Flaw.NOTHING_MOVED: "{Door} was pulsed and no door opened: drive wire cut, no power, or jammed. If it stood "
        "open when you began, shut it and try again.",
        Flaw.PARTLY_MOVED: "{Door} was released and only one of its signals moved. Was it pulled wide open?",
        Flaw.OPENS_TWO: "One lock opens two doors: two drive wires touch, or two boards have one address.",
        Flaw.OTHER_DOOR: "What opened is not {door}: another door was opened by hand before. Look at the numbers and "
        "try again.",
        Flaw.OPENS_OTHERS: "The drive wire of {door} was not found. Every lock that was tried opens another door.",
        Flaw.BOARD_REFUSES: "The board refuses to open {door}. Try again in a minute; if it still refuses, look at the "
        "board.",
        Flaw.NOT_SENT: "The command to open could not be sent. Look at the adapter.",
        Flaw.INVERTED: "The feedback of {door} says the opposite of its neighbours on the board. Change NO and NC at "
        "the switch of the lock. With a ? behind the wire it may be the other door.",
        Flaw.UNPROVED: "{Door} is not proved yet.",
        Flaw.FREE_REED: "The configuration names this door contact, and no door moves it. Look at its wire, or take it "
        "out of the configuration.",
        Flaw.BOARD_MISSING: "Several doors tell nothing: a board seems to be missing. Below are those that were found. "
        "Look at power, bus wires and address switches of the others.",
        Flaw.TOO_FEW_LOCKS: "There are fewer locks than doors. Look at power, bus wires and address switches of the "
        "board that is missing.",
        Flaw.SILENT: "No answer. Look at power and bus wires. This goes on when it is back. ({why})",
        Flaw.GARBLED: "What is answered is garbled. If two boards have one address, change a switch; if not, look at "
        "wires A and B and the terminating resistors. ({why})",
    },
    choices={
        Choice.ALL_SHUT: "all are shut",
        Choice.IS_SHUT: "it is shut",
        Choice.ASK_AGAIN: "it is shut; ask for it again later",
        Choice.NOTHING_HAPPENS: "it is open, and nothing happens",
        Choice.NO_KEY: "it cannot be opened by hand; release it",
        Choice.IS_THIS_DOOR: "this is {door}; the earlier proof was wrong",
        Choice.HAS_NONE: "this door has none",
        Choice.HAS_ONE: "it should have one",
        Choice.TWO: "two or more are open",
        Choice.AGAIN: "try again",
        Choice.SEARCH: "try every lock that is left (opens other doors)",
        Choice.LEAVE: "leave this door for later",
        Choice.GIVE_UP: "end here",
    },
    door=_door,
    doors=_doors,
    wires="Where: {wires}",
    header="{door}  {number} of {of}  proved {done}",
    header_of_bank="{of} doors  proved {done}",
    number="number: ",
    stop="stop (to go on later)",
    searching="{bus}: looking for boards; this takes up to a minute.",
    stopped="Stopped. What is proved is kept. The same command goes on from here.",
    written="The map is written: {path}\nStart the agent:\nsudo systemctl start ansim-agent",
    already="This bank is proved. One door again: --door NAME. All of them: --again.",
    unplugged="{bus}: the adapter is not plugged in, or it has another name: {port}",
    forbidden="{bus}: {port} must not be opened: its group is {group}; sudo adduser ansim {group}",
    taken="{bus}: another program has {port}; if it is the agent: sudo systemctl stop ansim-agent",
)

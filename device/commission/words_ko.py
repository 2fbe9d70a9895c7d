"""한국어."""

from device.commission.faults import Flaw
from device.commission.view import Choice, Phrase
from device.commission.words import Words


def _door(name: str) -> str:
    return f"{name}번 문" if name.isdigit() else f"{name} 문"


def _doors(names: tuple[str, ...]) -> str:
    return ", ".join(_door(name) for name in names)


KOREAN = Words(
    phrases={
        Phrase.FOUND: "찾은 보드(괄호 안은 최대 잠금 수):\n{wires}\n"
        "빠진 보드가 있으면 여기서 멈추고 전원, 통신선, 주소 스위치를 확인하세요.",
        Phrase.NO_BOARDS: "잠금 보드 없이 릴레이와 문 접점만 쓰는 보관함입니다.",
        Phrase.RESUMED: "이미 확인한 문은 다시 묻지 않습니다.",
        Phrase.SHUT_ALL: "모든 문을 닫으세요.",
        Phrase.ONE_MOMENT: "잠시만 기다리세요.",
        Phrase.SHUT_DOORS: "{others}을 닫으세요.",
        Phrase.SHUT_SIGNALS: "열린 문이 더 있습니다. 모두 닫으세요.\n열림 신호: {wires}",
        Phrase.OPEN: "{door}을 비상 열쇠나 수동 레버로 여세요. 열리면 저절로 다음으로 넘어갑니다.",
        Phrase.OPEN_HINT: "문을 열었는데도 화면이 그대로면 Enter를 누르세요.",
        Phrase.KEEP_OPEN: "{door}을 활짝 열고 그대로 두세요. 신호를 확인하고 있습니다.",
        Phrase.WRONG_DOOR: "지금 열린 것은 {others}입니다. 닫고 {door}을 여세요.",
        Phrase.LACKS_REED: "{door}: 잠금장치 신호({wires})는 왔지만 문 접점(자석 스위치) 신호가 없습니다. "
        "문이 활짝 열려 있는지 보세요.",
        Phrase.LACKS_LATCH: "{door}: 문 접점 신호({wires})는 왔지만 잠금장치 신호가 없습니다.",
        Phrase.SHUT: "{door}을 닫으세요. 딸깍 소리가 날 때까지 미세요.",
        Phrase.RELEASING: "곧 {door}이 열립니다. 한 걸음 물러서세요. 저절로 열리지 않으면 당기세요.\n잠금: {wires}",
        Phrase.COOLING: "잠금장치가 뜨거워지지 않도록 쉬고 있습니다. 30초 안에 {door}이 열립니다.\n잠금: {wires}",
        Phrase.WATCHING: "{door}의 잠금을 풀었습니다. 저절로 열리지 않았으면 당겨서 여세요. 아직 닫지 마세요.\n"
        "잠금: {wires}",
        Phrase.OTHER_OPENED: "다른 문이 열렸습니다. 선이 서로 바뀐 것 같습니다. 열린 문을 닫으면 맞는 선을 "
        "찾아봅니다.\n선: {wires}",
        Phrase.FINDING: "{door}을 찾으려고 잠금 하나를 풀었습니다. 저절로 열리지 않았으면 {door}을 당기세요. 아직 닫지 "
        "마세요.\n잠금: {wires}",
        Phrase.WHICH_IS_OPEN: "열린 문을 직접 보세요. 문에 적힌 번호가 무엇입니까? 번호를 입력하고 Enter를 누르세요.",
        Phrase.NO_SUCH_DOOR: "이 보관함에 {others}은 없습니다. 다시 보세요.",
        Phrase.FINISHED: "모든 문을 확인했습니다. 열려 있는 문을 닫으세요.",
        Phrase.NOT_FINISHED: "아직 끝나지 않았습니다. 아래를 고친 뒤 같은 명령을 다시 실행하세요.",
        Phrase.CROSSED: "{door}: 구동선과 신호선이 서로 다른 번호에 꽂혀 있습니다({wires}). "
        "있는 그대로 기록하므로 고치지 않아도 됩니다.",
    },
    flaws={
        Flaw.NO_SIGNAL: "{door}을 열어도 아무 신호가 없습니다. 신호선이 빠졌거나 끊겼거나 합선되었습니다. "
        "옆 문들도 그렇다면 보드가 빠진 것입니다.",
        Flaw.READS_OPEN: "{door}의 신호가 항상 열림입니다. 신호선이 빠졌거나 끊겼습니다.",
        Flaw.READS_SHUT: "{door}의 신호가 항상 닫힘입니다. 신호선이 합선되었거나 잠금장치의 스위치가 붙었습니다.",
        Flaw.NO_LATCH: "{door}: 문 접점은 움직이는데 잠금장치 신호가 없습니다. 잠금장치의 신호선을 확인하세요.",
        Flaw.NO_REED: "{door}: 문 접점(자석 스위치)이 움직이지 않습니다. 자석이 있는지, 가까운지, 접점 선이 꽂혔는지 "
        "확인하세요.",
        Flaw.TWO_SIGNALS: "{door}을 여니 두 문의 신호가 함께 움직였습니다. 문을 둘 열었다면 모두 닫고 다시 하세요. "
        "하나만 열었다면 두 신호선이 붙어 있습니다.",
        Flaw.NOT_BACK: "문을 닫았는데 신호가 돌아오지 않습니다. 걸쇠가 걸렸는지, 선이 헐겁지 않은지 확인하세요.",
        Flaw.NOTHING_MOVED: "{door}에 열림 신호를 보냈지만 아무 문도 열리지 않았습니다. 잠금장치 구동선이 "
        "끊겼거나, 전원이 없거나, 걸쇠가 끼었습니다. 처음부터 문이 열려 있었다면 닫고 다시 하세요.",
        Flaw.PARTLY_MOVED: "{door}: 잠금을 풀었지만 한쪽 신호만 움직였습니다. 문을 당겨 활짝 열었는지 확인하세요.",
        Flaw.OPENS_TWO: "잠금 하나를 풀었는데 문이 둘 이상 열립니다. 두 구동선이 붙어 있거나 같은 주소의 "
        "보드가 둘입니다.",
        Flaw.OTHER_DOOR: "열린 문이 {door}이 아닙니다. 앞에서 손으로 연 문이 {door}이 아니었습니다. 번호를 보고 다시 "
        "하세요.",
        Flaw.OPENS_OTHERS: "{door}의 잠금장치 구동선을 찾지 못했습니다. 눌러 본 단자는 모두 다른 문을 엽니다.",
        Flaw.BOARD_REFUSES: "보드가 {door}의 열림 명령을 거부했습니다. 1분 뒤에 다시 해 보세요. 계속되면 보드를 "
        "확인하세요.",
        Flaw.NOT_SENT: "열림 명령을 보내지 못했습니다. 통신 어댑터를 확인하세요.",
        Flaw.INVERTED: "{door}의 신호가 같은 보드의 다른 문과 반대입니다. 잠금장치 스위치의 NO와 NC를 바꿔 꽂으세요. "
        "선 뒤에 ?가 있으면 상대 문일 수도 있습니다.",
        Flaw.UNPROVED: "{door}: 아직 확인하지 않았습니다.",
        Flaw.FREE_REED: "설정에 있는 문 접점인데 어느 문에서도 움직이지 않았습니다. 접점 선을 확인하거나 설정에서 "
        "지우세요.",
        Flaw.BOARD_MISSING: "여러 문에서 아무 신호가 없습니다. 찾지 못한 보드가 있는 것 같습니다. 아래는 찾은 "
        "보드입니다. 나머지 보드의 전원, 통신선, 주소 스위치를 확인하세요.",
        Flaw.TOO_FEW_LOCKS: "찾은 잠금 수가 문 수보다 적습니다. 빠진 보드의 전원, 통신선, 주소 스위치를 확인하세요.",
        Flaw.SILENT: "응답이 없습니다. 전원과 통신선을 확인하세요. 돌아오면 이어서 합니다. ({why})",
        Flaw.GARBLED: "응답이 깨져서 들어옵니다. 같은 주소의 보드가 둘이면 주소 스위치를 바꾸세요. 아니면 통신선 A/B와 "
        "종단 저항을 확인하세요. ({why})",
    },
    choices={
        Choice.ALL_SHUT: "모두 닫았습니다",
        Choice.IS_SHUT: "닫혀 있습니다",
        Choice.ASK_AGAIN: "닫혀 있습니다. 그 문은 다시 확인하겠습니다",
        Choice.NOTHING_HAPPENS: "열었는데 반응이 없습니다",
        Choice.NO_KEY: "손으로 열 수 없습니다. 전기로 열기",
        Choice.IS_THIS_DOOR: "이것이 {door}입니다. 앞의 확인이 틀렸습니다",
        Choice.HAS_NONE: "이 문에는 원래 없습니다",
        Choice.HAS_ONE: "있어야 하는데 신호가 없습니다",
        Choice.TWO: "둘 이상 열렸습니다",
        Choice.AGAIN: "다시 하기",
        Choice.SEARCH: "남은 잠금을 하나씩 풀어 찾기 (다른 문이 열립니다)",
        Choice.LEAVE: "이 문은 나중에 하기",
        Choice.GIVE_UP: "여기서 끝내기",
    },
    door=_door,
    doors=_doors,
    wires="위치: {wires}",
    header="{door}  {of}개 중 {number}번째  확인 {done}",
    header_of_bank="문 {of}개  확인 {done}",
    number="번호: ",
    stop="멈춤 (나중에 이어서)",
    searching="{bus}: 보드를 찾고 있습니다. 최대 1분 걸립니다.",
    stopped="멈췄습니다. 확인한 문은 저장되어 있습니다. 같은 명령으로 이어서 할 수 있습니다.",
    written="배선표를 저장했습니다: {path}\n이제 에이전트를 시작하세요:\nsudo systemctl start ansim-agent",
    already="이미 모두 확인한 보관함입니다. 한 문만 다시 하려면 --door 이름, 모두 다시 하려면 --again을 쓰세요.",
    unplugged="{bus}: 어댑터가 꽂혀 있지 않거나 이름이 다릅니다: {port}",
    forbidden="{bus}: {port}을(를) 열 권한이 없습니다. 그룹은 {group}입니다: sudo adduser ansim {group}",
    taken="{bus}: 다른 프로그램이 {port}을(를) 쓰고 있습니다. 에이전트라면: sudo systemctl stop ansim-agent",
)

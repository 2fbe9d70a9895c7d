"""What the demo says, in English and Korean."""

from typing import Literal

Language = Literal["en", "ko"]

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Ansim — a store that is heard", "안심 — 신호가 반드시 닿는 가게"),
    "button": ("Counter button", "카운터 비상벨"),
    "phone": ("No-dial phone", "무다이얼링 전화"),
    "pressed": ("PRESSED", "눌림"),
    "at rest": ("at rest", "대기"),
    "on hook": ("on the hook", "수화기 놓임"),
    "off hook": ("OFF THE HOOK", "수화기 들림"),
    "wire cut": ("WIRE CUT", "배선 끊김"),
    "lamp": ("Lamp under the counter", "카운터 아래 등"),
    "health": ("Health lamp", "상태 등"),
    "network": ("Network", "네트워크"),
    "power": ("Power", "전원"),
    "room": ("Control room", "관제실"),
    "on": ("on", "켜짐"),
    "off": ("OFF", "꺼짐"),
    "up": ("up", "정상"),
    "refuse": ("UNPLUGGED", "끊김"),
    "black": ("SWALLOWS EVERYTHING", "먹통"),
    "connected": ("connected", "연결됨"),
    "not connected": ("no connection", "연결 안 됨"),
    "prompt": ("answers", "응답 중"),
    "silent": ("SILENT", "무응답"),
    "slow": ("SLOW, 3 s", "느림, 3초"),
    "wrong": ("LYING", "거짓 응답"),
    "dark": ("dark: nothing has happened", "꺼짐: 이상 없음"),
    "sending": ("blinking: sending", "깜박임: 전송 중"),
    "received": ("lit: the control room has it", "켜짐: 관제실이 접수함"),
    "help": ("slow pulses: help is coming", "느린 깜박임: 도움이 오는 중"),
    "fault": ("two flashes: it has not got through", "두 번 깜박임: 전달되지 않음"),
    "event": ("event", "사건"),
    "moved": ("contact moved", "접점 시각"),
    "believed": ("believed", "확인"),
    "sent": ("sent", "전송"),
    "stored": ("stored", "저장"),
    "broker": ("broker", "중계"),
    "verified": ("verified", "검증"),
    "receipt": ("receipt", "접수증"),
    "legend": ("milliseconds from the moment the contact moved", "접점이 움직인 순간부터의 밀리초"),
    "raised": ("raised", "발생"),
    "restored": ("restored", "복구"),
    "reported": ("reported", "보고"),
    "key press": ("press", "누르기"),
    "key hold": ("hold down / let go", "계속 누르기 / 놓기"),
    "key phone": ("lift / put back the phone", "수화기 들기 / 놓기"),
    "key cut": ("cut / mend the wire", "배선 끊기 / 잇기"),
    "key network": ("network", "네트워크"),
    "key power": ("power", "전원"),
    "key room": ("control room", "관제실"),
    "key dispatch": ("send help", "출동"),
    "key close": ("close the alarm", "종결"),
    "key language": ("한국어", "English"),
    "key quit": ("quit", "끝내기"),
}


def say(word: str, language: Language) -> str:
    """The text for a word; a word that has none (an event type, say) is shown as it is."""
    texts = _WORDS.get(word)
    return word if texts is None else texts[language == "ko"]

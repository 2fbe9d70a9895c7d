"""The stores and locker banks of the demo. Invented; the streets are of Seoul."""

from sim.site import Place

PLACES = (
    Place("store-0042", "Seongsu-ro 1", "성수로 1호점", "Seongsu-ro 1", "Seongdong-gu"),
    Place("store-0108", "Hongdae entrance", "홍대입구점", "Yanghwa-ro 160", "Mapo-gu"),
    Place("store-0257", "Sillim crossing", "신림사거리점", "Sillim-ro 330", "Gwanak-gu"),
    Place("store-0311", "Yeonnam park", "연남공원점", "Donggyo-ro 220", "Mapo-gu"),
    Place("store-0364", "Jamsil station", "잠실역점", "Olympic-ro 265", "Songpa-gu"),
    Place("store-0419", "Nowon market", "노원시장점", "Nohae-ro 480", "Nowon-gu"),
    Place("store-0487", "Kondae street", "건대거리점", "Neungdong-ro 110", "Gwangjin-gu"),
    Place("store-0533", "Hwagok hill", "화곡언덕점", "Hwagok-ro 160", "Gangseo-gu"),
    Place("store-0590", "Mia bus stop", "미아정류장점", "Dobong-ro 50", "Gangbuk-gu"),
    Place("store-0648", "Sadang exit 10", "사당10번출구점", "Dongjak-daero 10", "Dongjak-gu"),
    Place("store-0702", "Itaewon alley", "이태원골목점", "Itaewon-ro 180", "Yongsan-gu"),
    Place("store-0777", "Guro digital", "구로디지털점", "Digital-ro 300", "Guro-gu"),
)
MOST_STORES = len(PLACES)
BANKS = (
    Place(
        "bank-0007", "Seongsu lockers, exit 4", "성수역 4번 출구 택배함", "Achasan-ro 100", "Seongdong-gu", is_bank=True
    ),
    Place("bank-0019", "Mangwon lockers", "망원시장 택배함", "Poeun-ro 8", "Mapo-gu", is_bank=True),
)
MOST_BANKS = len(BANKS)

"""What the sample pages say. All of it was written for this purpose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A line in bold."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Text that is broken into lines."""

    text: str


@dataclass(frozen=True)
class Table:
    """Cells with rules around them; the first row is bold."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    """Shares of the text width."""


Block = Heading | Paragraph | Table

ENGLISH_TITLE = ("Port of Ardmouth", "NOTICE TO MARINERS No. 14", "Harbour Office, Quay Street 3 · 18 March 2024")
ENGLISH: tuple[Block, ...] = (
    Heading("1. Dredging of the eastern channel"),
    Paragraph(
        "From Monday, 25 March until Friday, 19 April 2024 the dredger Mary Ellis will work in the eastern channel "
        "between the fish market and the old lighthouse. She shows the lights and shapes of a vessel restricted in "
        "her ability to manoeuvre. Vessels with a draught of more than 4.5 metres may pass only at high water, and "
        "only after they have called Ardmouth Port Control on VHF channel 12."
    ),
    Paragraph(
        "The pipeline that carries the spoil to the northern beach floats on yellow buoys, 15 metres apart. Do not "
        "cross it. Small craft find a marked passage of 20 metres beside the breakwater, where the depth is at least "
        "1.8 metres at all states of the tide."
    ),
    Heading("2. Times of the swing bridge"),
    Paragraph(
        "While the works last, the bridge opens at fixed times. Masters are asked to be at the waiting pontoon ten "
        "minutes earlier; the bridge keeper cannot hold back road traffic for a vessel that comes late."
    ),
    Table(
        (
            ("Day", "Morning", "Afternoon", "Evening", "Depth (m)"),
            ("Monday to Thursday", "06:45", "13:15", "18:30", "5.2"),
            ("Friday", "06:45", "12:00", "17:00", "5.2"),
            ("Saturday", "08:00", "14:30", "–", "4.9"),
            ("Sunday, holidays", "09:30", "–", "19:15", "4.9"),
        ),
        (0.32, 0.17, 0.17, 0.17, 0.17),
    ),
    Heading("3. Harbour dues"),
    Paragraph(
        "Visiting yachts that leave the marina because of the works need not pay for the days of their absence. "
        "Please hand in the berth card at the office, or write to dues@ardmouth.example and name the vessel, her "
        "length over all and the days. Refunds of less than 5.00 are set off against the next bill."
    ),
    Heading("4. Further notices"),
    Paragraph(
        "Notice No. 11 (missing buoy at Gull Rock) is cancelled; the buoy has been replaced. Notices 9 and 13 remain "
        "in force. The next notice appears on 2 April. This notice hangs in the sailing club, at the fuel berth and "
        "at the office, where the charts may be looked at from 8 a.m. to 4 p.m."
    ),
    Paragraph("J. Hallam, Harbour Master"),
)

CHINESE_TITLE = ("青石镇图书馆", "关于延长开放时间的通知", "青图字〔2024〕第6号 · 2024年5月20日")
CHINESE: tuple[Block, ...] = (
    Paragraph(
        "各位读者：为了方便大家在暑假期间借阅图书，经研究决定，本馆自2024年7月1日起延长开放时间。现将有关事项通知如下"
        "，请互相转告。"
    ),
    Heading("一、开放时间"),
    Paragraph(
        "阅览室、儿童室和自习室的开放时间见下表。每逢周一上午，全馆整理书架、清洗空调，暂停对外服务；还书箱设在东门外"
        "，全天都可以使用。"
    ),
    Table(
        (
            ("地点", "周二至周五", "周末", "座位"),
            ("阅览室（二楼）", "8:30—21:00", "9:00—21:00", "160"),
            ("儿童室（一楼）", "9:00—18:00", "9:00—19:00", "48"),
            ("自习室（三楼）", "8:00—22:00", "8:00—22:00", "96"),
            ("地方文献室", "13:30—17:30", "预约", "12"),
        ),
        (0.31, 0.26, 0.26, 0.17),
    ),
    Heading("二、借阅办法"),
    Paragraph(
        "每张读者证最多可借图书八册，期限三十天；如果没有其他读者预约，可以续借一次。丢失图书的，应当购买同样的版本，"
        "或者按照定价的两倍赔偿。十四岁以下的小读者请由家长陪同办证，免收押金。"
    ),
    Paragraph(
        "从七月起，老城区的两个流动书车站点恢复服务：每周三下午停在南桥菜市场门口，每周六上午停在第二小学操场旁。车上"
        "备有大字本和有声读物，欢迎老年朋友前来选书。"
    ),
    Heading("三、暑期活动"),
    Paragraph(
        "七月六日下午三点，请来听《河边的船》一书的作者讲故事；七月二十日举办旧书交换集市，每人限带十本；八月的每个星"
        "期五晚上七点，在三楼露台放映老电影，遇雨改在报告厅。以上活动全部免费，不需要提前报名。"
    ),
    Paragraph("咨询电话：0571-5550126。意见和建议请投入服务台旁的意见箱，我们会在五个工作日之内答复。"),
    Paragraph("青石镇图书馆 办公室"),
)

REPORT: tuple[tuple[Block, ...], ...] = (
    (
        Heading("Three winters of bread: a report"),
        Paragraph(
            "The bakery of the Ardmouth cooperative opened in October 2021 with two ovens and five members. This "
            "report sums up what was baked, sold and learnt until March 2024, and what the members propose for the "
            "coming year."
        ),
        Heading("1 What we set out to do"),
        Paragraph(
            "We wanted bread that is baked where it is eaten, from flour that is milled within forty kilometres. "
            "Nobody of us had run a shop before. The council lent us the old ferry hall, the mill gave credit for "
            "the first ten sacks, and a retired baker from Lowestoft taught us for six weeks how to keep a sourdough "
            "alive."
        ),
        Paragraph(
            "The first loaves were flat and the first customers patient. By Christmas we sold every loaf before ten "
            "in the morning, and a second shift became necessary. It has run from Tuesday to Saturday ever since."
        ),
    ),
    (
        Heading("2 Figures"),
        Paragraph(
            "All amounts are in thousands. The loss of the second winter has a plain cause: the price of gas doubled "
            "within three months, while we had promised not to change the price of the large loaf before Easter."
        ),
        Table(
            (
                ("Winter", "Loaves", "Sales", "Flour", "Energy", "Result"),
                ("2021/22", "31.4", "118.2", "29.5", "14.1", "6.3"),
                ("2022/23", "44.9", "171.0", "46.8", "39.7", "-8.9"),
                ("2023/24", "52.6", "214.7", "51.2", "27.3", "17.8"),
            ),
            (0.2, 0.16, 0.16, 0.16, 0.16, 0.16),
        ),
        Paragraph(
            "Rye bread is now a third of all loaves, against a tenth at the beginning. Rolls were given up in May "
            "2023, as they took a quarter of the working hours and brought a twentieth of the sales."
        ),
        Paragraph(
            "Two out of five customers come from the new estate behind the station. The delivery round by cargo "
            "bicycle, begun as a trial in September 2023, serves 64 households and the kitchen of the primary "
            "school; it covers its costs on every day but Tuesday."
        ),
        Heading("2.1 Hours and people"),
        Paragraph(
            "Eleven members share 196 paid hours a week. Sick leave came to 3.1 per cent, most of it in January. "
            "Four apprentices have passed through the bakery so far, and one of them, Ines Okafor, now leads the "
            "night shift."
        ),
    ),
    (
        Heading("3 What comes next"),
        Paragraph(
            "The meeting of 9 March agreed on three proposals. First, a new oven with heat recovery replaces the "
            "older of the two; it pays for itself in about four years. Second, the shop opens on Mondays from June "
            "to August. Third, members who work at night receive a supplement of 12.5 per cent."
        ),
        Heading("4 Thanks"),
        Paragraph(
            "We thank the miller for his patience, the school for its loyal appetite, and everybody who stood in "
            "line in the rain. The accounts lie open in the shop; who wants to read them gets a chair and a cup of "
            "coffee."
        ),
    ),
)

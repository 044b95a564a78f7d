"""Made-up Chinese prose, always the same for the same state of a random generator.

Runs in: parent. Pure.
"""

from __future__ import annotations

import random

_THINGS = (
    *(
        "旧城的石桥",
        "河港的仓库",
        "山间的茶园",
        "县里的档案馆",
        "沿海的灯塔",
        "试验田的稻谷",
        "气象站的记录",
        "村口的水渠",
    ),
    *(
        "乡间小学的图书室",
        "码头的起重设备",
        "博物馆的藏品",
        "城北的供水管网",
        "老街的店铺",
        "林场的苗圃",
        "渔船的航行日志",
    ),
)
_TIMES = (
    "上个世纪末",
    "过去的十年里",
    "去年夏天",
    "修缮完成以后",
    "雨季到来之前",
    "两次普查之间",
    "观测期间",
    "项目的第一阶段",
)
_CHANGES = (
    "明显的变化",
    "几次较大的调整",
    "持续的下降",
    "缓慢而稳定的增长",
    "一次全面的整修",
    "长时间的停顿",
    "反复的波动",
)
_RESULTS = (
    *("其原因至今没有定论", "这与当地居民的描述大致相符", "相关部门为此制定了新的办法", "有关数据见下文的讨论"),
    *("影响一直延续到今天", "费用也随之增加了近一倍", "许多细节仍然有待核实", "这一点在以往的研究中很少提到"),
)
_SOURCES = ("当地的统计年鉴", "现场测量的结果", "老人们的回忆", "保存下来的账簿", "三位观察员的笔记", "卫星照片")
_MEASURES = ("平均高度", "年产量", "总长度", "使用年限", "维护费用", "日均流量", "占地面积")
_UNITS = ("米", "吨", "公里", "年", "万元", "立方米", "公顷")
_CAUSES = ("由于地势低洼", "考虑到运输的成本", "为了减少误差", "因为材料已经老化", "随着人口逐渐外流", "鉴于天气多变")
_DEEDS = (
    *(
        "重新安排检查的顺序",
        "改用更耐久的木料",
        "每隔三个月复核一次",
        "与邻近地区的情况加以比较",
        "把旧有的图纸整理成册",
    ),
    *("增加夜间的巡视", "推迟原定的计划", "采用分段施工的方式"),
)
_ASIDES = ("值得注意的是", "总的来说", "另一方面", "与此同时", "严格地讲", "从长远来看", "需要说明的是")


def make_paragraph(chance: random.Random) -> str:
    """Two to six sentences."""
    return "".join(_sentence(chance) for _ in range(chance.randint(2, 6)))


def make_phrase(chance: random.Random) -> str:
    """A few words without a full stop, for headings and captions."""
    return f"{chance.choice(_THINGS)}的{chance.choice(_MEASURES)}"


def _sentence(chance: random.Random) -> str:
    thing, other = chance.sample(_THINGS, 2)
    time, change, result = chance.choice(_TIMES), chance.choice(_CHANGES), chance.choice(_RESULTS)
    number = f"{chance.uniform(1, 500):.{chance.randint(0, 1)}f}"
    measured = f"{chance.choice(_MEASURES)}约为{number}{chance.choice(_UNITS)}"
    choices = (
        f"{thing}在{time}经历了{change}，{result}。",
        f"根据{chance.choice(_SOURCES)}，{thing}的{measured}，而{other}没有这样的变化。",
        f"{chance.choice(_CAUSES)}，{thing}的管理者决定{chance.choice(_DEEDS)}，{result}。",
        f"{chance.choice(_ASIDES)}，{thing}与{other}之间的差别并不大；{result}。",
        f"{time}，我们对{thing}做了记录（见表{chance.randint(1, 9)}），{measured}，{result}。",
        f"图{chance.randint(1, 9)}给出了{thing}在{time}的情况：{measured}，{other}则要{chance.choice(_DEEDS)}。",
    )
    return chance.choice(choices)

"""The words by which handbooks announce an answer, set something aside, or put off an answer ("TODO"). Pure."""

from __future__ import annotations

import re

ANSWER_WORDS = re.compile(
    r"\W*(?:(?:点击|展开|查看|显示|参考|标准|看|满分|示例|我的)*"
    r"(?:答案|解答|解析|回答|答|详情|内容|提示)(?:如下|要点)?"
    r"|(?:点击|展开)\w{0,6}|(?:click|tap|show|see|view|reveal|toggle|expand|read)\b[\w\s]*"
    r"|(?:the |your |my |sample |short |model |detailed |quick |good )*"
    r"(?:answers?|solutions?|ans|hints?|details|a)\W*)\W*",
    re.IGNORECASE,
)
"""A label that announces an answer and asks nothing."""

ANSWER_PART = re.compile(
    r"\W*(?:(?:\w{0,6}(?:标准|参考|回答|答题|答案)\w{0,4}(?:答案|要点|回答|思路)?"
    r"|答案?|解答|要点|关键点|核心要点)"
    r"|(?:the |sample |short |model |detailed |quick |good |expected )*"
    r"(?:(?:answers?|solution)(?:\W{0,3}[A-F])?|key (?:points|ideas|takeaways)))\W*",
    re.IGNORECASE,
)
"""A label over the part of a question that answers it."""

ANSWER_LABEL = re.compile(
    r"\W*(?:(?:A\d{0,3}|Ans(?:wer)?|Solution|参考答案|标准答案|答案|回答|解答|答)\s*(?:\d{0,3})(?:\*\*|__)?\s*[:：]|A\d{0,3}\.(?=\s))"
    r"(?:\*\*|__)?\s*",
    re.IGNORECASE,
)
"""The label at the beginning of an answer, as in `**A**: because ...`."""

ASIDE = re.compile(
    r"\W*(?:延伸.{0,4}|追问.{0,4}|面试(?:技巧|建议|官.{0,8}|tips?|加分.{0,3})|答题技巧|加分.{0,3}|易错.{0,4}"
    r"|参考(?:资料|文献|链接)?|相关.{0,4}|拓展.{0,4}|扩展.{0,4}|来源|出处"
    r"|(?:possible |common )?follow[- ]?ups?(?: questions?)?|related.*|references?|further reading|resources?|read more"
    r"|see also|sources?|interview(?:er)? tips?|pro tips?|tips?|common mistakes?|learn more.*)\W*",
    re.IGNORECASE,
)
"""A label under a question that opens something else than its answer."""

FACTS_ABOUT = re.compile(
    r"\W*(?:难度|岗位|标签|公司|来源|频率|考察点|出现频率|难易度|分类|考点|重要性|tags?|difficulty|level|company|companies|"
    r"topics?|category|source|frequency|importance|追问|延伸\w{0,4}|follow[- ]?ups?)\W*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
"""A line about the question rather than about its answer."""

NO_QUESTION = re.compile(
    r"(?:table of )?contents?|toc|index|目录|导航|contribut\w*.*|licen[cs]e|许可证?|references?|参考(?:资料|文献|链接)?"
    r"|acknowledge?ments?|致谢|贡献.*|further reading|resources?|(?:相关)?资源|links?"
    r"|about.*|关于.*|前言|总结|小结|summary"
    r"|conclusions?|introduction|overview|简介|star history|follow[- ]?ups?|延伸.*|追问.*|connect with.*|support.*"
    r"|table of questions|questions?|faq|interview questions?.*|面试题"
    r"|how to use.*|how to contribute.*|使用指南|学习建议",
    re.IGNORECASE,
)
"""A title that every repository has, and that asks nothing of a candidate."""

SOFTWARE = re.compile(
    r"install\w*|usage|getting started|quick ?start|requirements|prerequisites|features|configuration"
    r"|api(?: reference)?"
    r"|change ?log|dependencies|build\w*|tests?|testing|demo|added|changed|fixed|removed|deprecated|security|unreleased"
    r"|development|roadmap|running.*|v?\d+\.\d+.*|安装.*|快速开始|快速上手"
    r"|使用(?:方法|说明)?|配置|特性|功能.*|依赖|运行|更新日志|环境.*",
    re.IGNORECASE,
)
"""Headings of a program's README or change log: a file that has several is hardly a handbook."""

IMAGE_OR_LINK = re.compile(r"\W*!?\[[^\]]*\]\([^)]*\)\W*")

TO_TOP = re.compile(r"\W*\[[^\]]*\]\(#[^)]*\)\W*")
"""A link within the page and nothing else, as in "Back to top"."""

_PLACEHOLDER = re.compile(
    r"\W*(?:(?:todo|tbd|tba|wip|n/?a|none|null|xxx+|placeholder|lorem ipsum)(?:\W.{0,30})?"
    r"|(?:your |the |add |write |put |insert |an? |provide |my )*(?:answers?|solution)(?: goes)?(?: here)?"
    r"|(?:to be|will be) (?:added|done|written|updated|filled|continued|answered).*"
    r"|coming soon.*|work in progress.*|no answer yet.*|not answered yet.*"
    r"|(?:答案?)?(?:待|未|尚未|有待|正在)(?:补充|完善|更新|续|填|完成|整理|写|定|添加|回答|编写).{0,8}"
    r"|(?:暂无|暂缺|略|无|占位|同上|空|敬请期待|更新中|整理中|补充中)(?:答案|内容|解答)?|答案略?)\W*",
    re.IGNORECASE,
)
_URL = re.compile(r"\W*(?:https?://\S+|www\.\S+)\W*")


def is_empty_answer(plain: str) -> bool:
    """Nothing is said: no letter or digit, a placeholder, or a bare address."""
    return not any(char.isalnum() for char in plain) or bool(_PLACEHOLDER.fullmatch(plain) or _URL.fullmatch(plain))

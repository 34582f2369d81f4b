"""Text that stands where an answer should: "TODO", "待补充", links and stars. Pure."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(
    r"\W*(?:(?:todo|tbd|tba|wip|n/?a|none|null|xxx+|placeholder|lorem ipsum)(?:\W.{0,30})?|(?:your |the |add |write |put |insert |"
    r"an? |provide )*(?:answers?|solution)(?: goes)?(?: here)?|(?:to be|will be) (?:added|done|written|updated|filled|continued).*|"
    r"coming soon.*|work in progress.*|no answer yet.*|(?:待|未|尚未|有待|正在)(?:补充|完善|更新|续|填|完成|整理|写|定|添加|回答|编写).*|"
    r"(?:暂无|暂缺|略|无|占位|同上|空|敬请期待|更新中|整理中|补充中)(?:答案|内容|解答)?|答案(?:待补充|略)?)\W*",
    re.IGNORECASE,
)
_URL = re.compile(r"\W*(?:https?://\S+|www\.\S+)\W*")


def is_empty_answer(plain: str) -> bool:
    """Nothing is said: no letter or digit, a placeholder, or a bare address."""
    return not any(char.isalnum() for char in plain) or bool(_PLACEHOLDER.fullmatch(plain) or _URL.fullmatch(plain))

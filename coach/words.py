"""The coach's own words in Chinese and English; what it says about a handbook or an answer is not in here."""

from __future__ import annotations

from coach.language import Language

# The verdicts' names are the same in both languages, on screen as in JSON; only `contradicted` is said `wrong`.
WORDS: dict[str, dict[Language, str]] = {
    "covered": {"zh": "covered", "en": "covered"},
    "partial": {"zh": "partial", "en": "partial"},
    "missing": {"zh": "missing", "en": "missing"},
    "contradicted": {"zh": "wrong", "en": "wrong"},
    "ungraded": {"zh": "ungraded", "en": "ungraded"},
    "first": {"zh": "先改这一条：", "en": "Mend this first: "},
    "say": {"zh": "这样说：", "en": "Say: "},
    "doubtful": {"zh": "手册此条存疑：", "en": "The handbook may be off here: "},
    "differs": {"zh": "与手册不同；你可能是对的", "en": "differs from the handbook; you may be right"},
    "question": {"zh": "第 {number}/{total} 题", "en": "Question {number} of {total}"},
    "send": {
        "zh": "空行回车 或 Ctrl-D 发送 · /hint /skip /help",
        "en": "empty line or Ctrl-D sends · /hint /skip /help",
    },
    "next": {
        "zh": "回车 = 下一题 · /why N · /mark N c|p|m|w · /more · /again",
        "en": "Enter = next · /why N · /mark N c|p|m|w · /more · /again",
    },
    "next_key": {"zh": "继续> ", "en": "next> "},
    "follow_up": {"zh": "追问：", "en": "Follow-up: "},
    "follow_up_generic": {
        "zh": "这一题还有一点你没有讲到。换个角度想想，还能补充什么？",
        "en": "There is one more point to this question. What else would you add?",
    },
    "hint": {"zh": "提示 {number}：", "en": "Hint {number}: "},
    "hint_count": {"zh": "一共有 {count} 个要点。", "en": "there are {count} points to make."},
    "hint_none": {"zh": "没有更多提示了。", "en": "No more hints."},
    "model": {"zh": "参考答案：", "en": "Model answer: "},
    "saved": {"zh": "已保存，正在评分…", "en": "saved, grading …"},
    "kept": {
        "zh": "答案已保存，还没有评分；稍后运行 coach grade --pending",
        "en": "your answer is kept, not graded yet; run coach grade --pending later",
    },
    "skipped": {"zh": "跳过。", "en": "Skipped."},
    "marked": {
        "zh": "第 {number} 条改判为：{verdict}（你的判定为准）",
        "en": "Bullet {number} marked {verdict}; your verdict counts.",
    },
    "mark_how": {
        "zh": "用法：/mark 2 c（c 说到 · p 一半 · m 没提 · w 说错）",
        "en": "Use: /mark 2 c (c covered, p partial, m missing, w wrong)",
    },
    "nothing_graded": {"zh": "还没有评过的答案。", "en": "Nothing has been graded yet."},
    "why_how": {"zh": "用法：/why 2", "en": "Use: /why 2"},
    "unknown_verb": {"zh": "没有 /{name} 这个命令；可用：{verbs}", "en": "There is no /{name}; there are: {verbs}"},
    "draft": {
        "zh": "{ref} 有一份没发出的答案（{length} 字），已放回输入框。",
        "en": "Your unfinished answer to {ref} ({length} characters) is back in the box.",
    },
    "interrupt": {"zh": "再按一次 Ctrl-C 退出（草稿已保存）", "en": "Ctrl-C again to leave (the draft is kept)"},
    "paused": {"zh": "已暂停；coach practice --resume 继续。", "en": "Paused; coach practice --resume goes on."},
    "summary": {"zh": "小结", "en": "Summary"},
    "summary_counts": {
        "zh": "答了 {graded} 题 · 跳过 {skipped} · 待评 {pending} · 平均 {score}",
        "en": "{graded} answered · {skipped} skipped · {pending} waiting · average {score}",
    },
    "gaps": {"zh": "最该补的：", "en": "Most costly gaps: "},
    "strong": {"zh": "答得好的：", "en": "Strong: "},
    "then": {"zh": "接下来：", "en": "Next: "},
    "judge": {"zh": "评分：{judge}", "en": "graded by {judge}"},
    "certainty": {"zh": "有把握的程度：{share}", "en": "certainty: {share}"},
    "due": {"zh": "下次：{when}", "en": "next: {when}"},
    "days": {"zh": "{n} 天后", "en": "in {n} days"},
    "delivery": {
        "zh": "表达：约 {spoken} 秒 · 口头语 {fillers} 个",
        "en": "delivery: about {spoken} s spoken · {fillers} fillers",
    },
    "not_found": {"zh": "手册里没有这个问题。最接近的：", "en": "Not in the handbook. Nearest:"},
    "not_found_own": {
        "zh": "手册里没有这个问题，所以没有评分；最接近的三题见下。",
        "en": "the handbook does not treat this question, so nothing was scored; the nearest three follow",
    },
    "no_detail": {
        "zh": "手册讲了这个话题，但没有你问的这个细节：",
        "en": "The handbook treats the topic, but not the detail you ask about:",
    },
    "see_also": {"zh": "另见：", "en": "See also: "},
    "review_title": {"zh": "面试前最后 {minutes} 分钟", "en": "The last {minutes} minutes before the interview"},
    "review_fit": {
        "zh": "{total} 条里放得下 {lines} 条，约 {needs} 分钟；按顺序：高频考点、说错过的、最弱的、没问过的。",
        "en": "{lines} of {total} lines fit, about {needs} minutes: hot topics, what you said wrong, the weakest, "
        "then what was never asked.",
    },
    "review_today": {
        "zh": "今天面试：自评不改复习安排。",
        "en": "Interview today: your marks leave the schedule alone.",
    },
    "review_keys": {
        "zh": "空格/回车 下一条 · 1 不会 · 2 一半 · 3 会 · q 结束",
        "en": "space/Enter next · 1 forgot · 2 half · 3 knew · q ends",
    },
    "review_left": {"zh": "还剩 {clock}", "en": "{clock} left"},
    "review_over": {"zh": "超时 {clock}", "en": "{clock} over"},
    "review_done": {
        "zh": "看了 {seen}/{lines} 条，{clock}；自评：不会 {forgot} · 一半 {half} · 会 {knew}",
        "en": "{seen} of {lines} lines read in {clock}; your marks: {forgot} forgot · {half} half · {knew} knew",
    },
    "review_again": {"zh": "再看一眼：", "en": "Look again: "},
    "review_hot": {"zh": "高频考点", "en": "Hot topics"},
    "review_wrong": {"zh": "说错过的", "en": "Said wrong"},
    "review_weak": {"zh": "最弱的", "en": "Weakest"},
    "review_unseen": {"zh": "没问过的", "en": "Never asked"},
    "review_known": {"zh": "已经会的", "en": "Known"},
    "review_said": {"zh": "你上次说错：", "en": "You said, wrongly: "},
}


def say(key: str, language: Language, **values: object) -> str:
    """The words for `key`, with its blanks filled."""
    return WORDS[key][language].format(**values)

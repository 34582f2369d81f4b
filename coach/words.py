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
    "differing": {"zh": "存疑", "en": "differs"},
    "first": {"zh": "先改这一条：", "en": "Mend this first: "},
    "say": {"zh": "这样说：", "en": "Say: "},
    "doubtful": {"zh": "手册此条存疑：", "en": "The handbook may be off here: "},
    "differs": {
        "zh": "与手册不同；你可能是对的",
        "en": "differs from the handbook; you may be right",
    },
    "hello_study": {
        "zh": "你好，今天 {n} 题，像面试那样说，一题一两分钟。",
        "en": "Hello. {n} question(s); answer as you would in the room, a minute or two each.",
    },
    "hello_real": {
        "zh": "你好，今天 {n} 题，一题一两分钟；中间不打分，最后一起反馈。",
        "en": "Hello. {n} question(s), a minute or two each; no grades before the end.",
    },
    "question": {"zh": "第 {number}/{total} 题", "en": "Question {number} of {total}"},
    "send": {
        "zh": "空行回车 或 Ctrl-D 发送 · /hint /skip /help",
        "en": "empty line or Ctrl-D sends · /hint /skip /help",
    },
    "untimed": {
        "zh": "不计时，/took 75 补上用时",
        "en": "no pace; /took 75 sets it",
    },
    "next_key": {
        "zh": "第 {number} 条改判 [y]说到 [h]一半 [n]没提 [w]说错 · 1-{count} 换条 · 回车继续> ",
        "en": "bullet {number}: [y] said [h] half [n] not [w] wrong · 1-{count} other · Enter> ",
    },
    "next_bar": {
        "zh": " /why {number} 依据 · /more 全部 · /appeal {number} 理由 · /again 重答 · /ask … · /quit",
        "en": " /why {number} · /more · /appeal {number} because … · /again · /ask … · /quit",
    },
    "unsure_keys": {
        "zh": "[y]说到 [h]一半 [n]没提 [w]说错 · 回车 不管> ",
        "en": "[y] said [h] half [n] not [w] wrong · Enter: leave it> ",
    },
    "unsure": {
        "zh": "第 {number} 条拿不准（{share}）：{bullet}",
        "en": "Not sure about bullet {number} ({share}): {bullet}",
    },
    "nearest": {
        "zh": "你最接近的一句：«{quote}»",
        "en": "Your nearest words: «{quote}»",
    },
    "nearest_none": {
        "zh": "你的回答里没有找到相近的话。",
        "en": "Nothing in your answer comes near it.",
    },
    "sure": {
        "zh": "多大把握？1 没底 2 不太有 3 比较有 4 很有 · 回车 不说> ",
        "en": "How sure? 1 not 2 hardly 3 fairly 4 very · Enter: skip> ",
    },
    "sure_how": {
        "zh": "用法：/sure 3（1 没底 … 4 很有把握），在评分之前说",
        "en": "Use: /sure 3 (1 unsure … 4 very sure), before the grade",
    },
    "sure_noted": {
        "zh": "记下：把握 {number}/4。",
        "en": "Noted: sure {number} of 4.",
    },
    "sure_late": {
        "zh": "分数已经出来，把握要在评分之前说。",
        "en": "The grade is out; confidence counts only before it.",
    },
    "took_how": {
        "zh": "用法：/took 75（说这段话用了 75 秒）",
        "en": "Use: /took 75 (saying it took 75 seconds)",
    },
    "took_noted": {
        "zh": "记下：用时 {number} 秒（不影响评分）。",
        "en": "Noted: {number} s (the grade does not change).",
    },
    "follow_up": {"zh": "追问：", "en": "Follow-up: "},
    "follow_up_generic": {
        "zh": "这一题还有一点你没有讲到。换个角度想想，还能补充什么？",
        "en": "There is one more point to this question. What else would you add?",
    },
    "follow_up_after": {"zh": "追问后：{now}（原来 {before}）", "en": "after the follow-up: {now} (before: {before})"},
    "follow_up_missed": {
        "zh": "追问也没有补上（仍是 {before}）",
        "en": "the follow-up did not add it (still {before})",
    },
    "hint": {"zh": "提示 {number}：", "en": "Hint {number}: "},
    "hint_count": {"zh": "一共有 {count} 个要点。", "en": "there are {count} points to make."},
    "hint_none": {
        "zh": "没有更多提示了。",
        "en": "No more hints.",
    },
    "model": {"zh": "参考答案：", "en": "Model answer: "},
    "saved": {
        "zh": "{reaction}（已保存）",
        "en": "{reaction} (saved)",
    },
    "grading": {
        "zh": "评分中…",
        "en": "grading …",
    },
    "kept_bullets": {
        "zh": "{total} 条里有 {left} 条没有评出来，不计分；稍后运行 coach grade --pending",
        "en": "{left} of {total} bullets could not be graded and do not count; run coach grade --pending later",
    },
    "debrief": {
        "zh": "面试结束，下面逐题反馈。",
        "en": "That was the interview; the feedback follows.",
    },
    "time_up": {
        "zh": "{minutes} 分钟到了，不再出新题。",
        "en": "{minutes} minutes are up; no further question.",
    },
    "seen": {"zh": "已看完 {n}/{total} 条", "en": "{n} of {total} bullets read"},
    "kept": {
        "zh": "答案已保存，还没有评分；稍后运行 coach grade --pending",
        "en": "your answer is kept, not graded yet; run coach grade --pending later",
    },
    "kept_own": {"zh": "答案已保存。", "en": "Your answer is kept."},
    "skipped": {"zh": "跳过。", "en": "Skipped."},
    "marked": {
        "zh": "第 {number} 条改判为 {verdict}，以你为准 · 本题 {score}",
        "en": "Bullet {number} is {verdict} now, on your word · this question {score}",
    },
    "mark_how": {
        "zh": "用法：/mark 2 y（y 说到 · h 一半 · n 没提 · w 说错）",
        "en": "Use: /mark 2 y (y said, h half, n not, w wrong)",
    },
    "appeal_how": {
        "zh": "用法：/appeal 2 我说的是…（另一个评判不看第一次的结论，重新读）",
        "en": "Use: /appeal 2 I said … (a second reader, blind to the first verdict)",
    },
    "appeal_none": {
        "zh": "申诉要有模型（设 COACH_MODEL）；没有模型就直接改判：/mark {number} y",
        "en": "An appeal needs a model (COACH_MODEL); without one, overrule: /mark {number} y",
    },
    "appeal_marked": {
        "zh": "第 {number} 条你已经改判，以你为准。",
        "en": "You marked bullet {number} yourself; that counts.",
    },
    "appeal_failed": {
        "zh": "申诉没有结果：{problem}。原判不变。",
        "en": "The appeal came to nothing: {problem}. The verdict stays.",
    },
    "appeal_same": {
        "zh": "第二次读（不知道原判）也是 {verdict}。不同意可以直接改判：/mark {number} y",
        "en": "A second reader, blind to the first, says {verdict} too. You may overrule: /mark {number} y",
    },
    "appeal_won": {
        "zh": "申诉成立：第 {number} 条 {before} → {verdict}：«{quote}» · 本题 {score}",
        "en": "Appeal upheld: bullet {number} {before} → {verdict}: «{quote}» · this question {score}",
    },
    "ask_how": {
        "zh": "用法：/ask GRPO 是什么",
        "en": "Use: /ask what is GRPO",
    },
    "ask_none": {
        "zh": "这里查不了手册。",
        "en": "The handbook cannot be searched here.",
    },
    "not_here": {
        "zh": "/{name} 只在终端的输入框里有用。",
        "en": "/{name} works only at the prompt of a terminal.",
    },
    "help": {
        "zh": "/hint 提示（计为有提示）· /skip 跳过 · /again 重答上一题 · /model 参考答案\n"
        "/ask … 查手册 · /took 75 补用时 · /sure 3 先说把握 · /edit 用编辑器写\n"
        "反馈之后：/why 2 依据 · /more 全部 · /mark 2 y 改判 · /appeal 2 理由 申诉\n"
        "/pause 暂停（--resume 接着来）· /quit 结束 · 空行回车或 Ctrl-D 发送",
        "en": "/hint (counts as helped) · /skip · /again the last question · /model an answer\n"
        "/ask … the handbook · /took 75 seconds · /sure 3 before the grade · /edit in your editor\n"
        "after feedback: /why 2 · /more · /mark 2 y overrule · /appeal 2 because …\n"
        "/pause (go on with --resume) · /quit · an empty line or Ctrl-D sends",
    },
    "nothing_graded": {
        "zh": "还没有评过的答案（real 模式到最后才评）。",
        "en": "Nothing has been graded yet (a real interview is graded at its end).",
    },
    "nothing_before": {"zh": "前面还没有答过的题。", "en": "No question was answered before this one."},
    "why_how": {"zh": "用法：/why 2", "en": "Use: /why 2"},
    "unknown_verb": {"zh": "没有 /{name} 这个命令；可用：{verbs}", "en": "There is no /{name}; there are: {verbs}"},
    "draft": {
        "zh": "{ref} 有一份没发出的答案（{length} 字），已放回输入框。",
        "en": "Your unfinished answer to {ref} ({length} characters) is back in the box.",
    },
    "draft_offer": {
        "zh": "{ref} 有一份没写完的答案，{length} 字：接着写？[y]接着写 [n]先不 [d]丢掉> ",
        "en": "Unfinished answer to {ref}, {length} characters: continue? [y]es [n]ot now [d]rop> ",
    },
    "own": {"zh": "自己的题", "en": "your own question"},
    "own_match": {
        "zh": "手册里最接近的题：",
        "en": "Nearest in the handbook:",
    },
    "own_choice": {
        "zh": "按哪一题的要点评？{keys} · [n] 都不是 · 回车={enter}> ",
        "en": "Grade by which? {keys} · [n] none · Enter={enter}> ",
    },
    "no_rubric": {
        "zh": '手册里没有这道题，没有评分。为它写要点：coach add "{question}"',
        "en": 'the handbook has no such question, so nothing was scored; draft its bullets: coach add "{question}"',
    },
    "add_template": {
        "zh": "每行写一个要点（3-6 个），保存后退出；什么都不写就是取消",
        "en": "one point a line (3-6), then save and leave; nothing written means nothing added",
    },
    "added": {"zh": "{ref}  {question}（{file}）", "en": "{ref}  {question} ({file})"},
    "added_draft": {
        "zh": "要点是 {by} 写的草稿，请核对；核对后删掉 notes.md 里那行 draft rubric",
        "en": "a draft by {by}: check it, then delete its line 'draft rubric' in notes.md",
    },
    "added_waiting": {
        "zh": "有 {n} 份答案在等评分：coach grade --pending",
        "en": "{n} answer(s) to it wait for their grade: coach grade --pending",
    },
    "draft_rubric": {"zh": "要点是草稿（notes.md），请核对", "en": "the rubric is a draft (notes.md): check it"},
    "own_no_help": {
        "zh": "这是你自己的题，还没有要点；/ask … 可以查手册。",
        "en": "This question is your own and has no bullets yet; /ask … searches the handbook.",
    },
    "own_none": {"zh": "手册里没有相近的题。", "en": "Nothing in the handbook comes near."},
    "draft_rescued": {"zh": "草稿放在了 {file}", "en": "the draft is in {file}"},
    "interrupt_unsaved": {
        "zh": "再按一次 Ctrl-C 退出（磁盘满，草稿会另存到别处）",
        "en": "Ctrl-C again to leave (the disk is full: the draft will go elsewhere)",
    },
    "draft_unsaved": {"zh": "磁盘满，草稿没有存上", "en": "disk full: draft not saved"},
    "left": {
        "zh": "先到这里；发出的都已保存。接着来：coach practice --resume",
        "en": "left; what you sent is saved. Go on with: coach practice --resume",
    },
    "interrupt_empty": {"zh": "再按一次 Ctrl-C 退出", "en": "Ctrl-C again to leave"},
    "interrupt": {"zh": "再按一次 Ctrl-C 退出（草稿已保存）", "en": "Ctrl-C again to leave (the draft is kept)"},
    "summary": {"zh": "小结", "en": "Summary"},
    "summary_counts": {
        "zh": "答了 {graded} 题 · 跳过 {skipped} · 待评 {pending} · 平均 {score}",
        "en": "{graded} answered · {skipped} skipped · {pending} waiting · average {score}",
    },
    "gaps": {"zh": "最该补的：", "en": "Most costly gaps: "},
    "strong": {"zh": "答得好的：", "en": "Strong: "},
    "said_well": {"zh": "说到点上的：", "en": "Well said: "},
    "sure_and_wrong": {"zh": "有把握，却没说对：", "en": "Sure, and not right:"},
    "sure_bullet": {"zh": "{ref} 第 {number} 条", "en": "{ref} bullet {number}"},
    "sure_unsaid": {"zh": "没有提到", "en": "not mentioned"},
    "change": {
        "zh": "和上次比（{n} 题）：{was} → {now}，超出判官的误差（±{noise} 个百分点）。",
        "en": "Against last time ({n} questions): {was} → {now}, beyond the judge's error (±{noise} points).",
    },
    "change_none": {
        "zh": "和上次比（{n} 题）：差别在判官的误差（±{noise} 个百分点）以内，不下结论。",
        "en": "Against last time ({n} questions): within the judge's error (±{noise} points), so no claim.",
    },
    "anki_how": {
        "zh": "{n} 张卡片。在 Anki 里 文件 > 导入；以后再导出，会更新同一张卡片。",
        "en": "{n} cards. In Anki: File > Import; a later export updates the same cards.",
    },
    "card_point": {"zh": "（第 {number}/{count} 点）", "en": "(point {number} of {count})"},
    "card_contradicted": {"zh": "你说错过：", "en": "You said, wrongly: "},
    "card_partial": {"zh": "你只说到：", "en": "You only said: "},
    "script_title": {"zh": "模拟面试 {at}：{n} 个回答", "en": "Mock interview of {at}: {n} answers"},
    "script_follow_up": {"zh": "追问", "en": "follow-up"},
    "marked_from": {"zh": "你改判过，判官原判 {was}", "en": "your own verdict; the judge said {was}"},
    "regrade_head": {
        "zh": "{judges}：{answers} 个回答、{bullets} 条里 {flips} 条判得不一样",
        "en": "{judges}: {flips} of {bullets} bullets flip, in {answers} answers",
    },
    "regrade_kept": {"zh": "记录没有改动。", "en": "The journal is unchanged."},
    "demo_head": {
        "zh": "一个存好的回答，现在由离线判官评分；不联网，也不进你的记录。",
        "en": "A stored answer, graded now by the offline judge: no network, nothing written to your journal.",
    },
    "demo_quote": {
        "zh": "{n} 处引文都由代码在原话里核对过，例如第 {start}–{end} 字：«{quote}»",
        "en": "Code found each of the {n} quotes in the answer, as characters {start}–{end}: «{quote}»",
    },
    "demo_took": {
        "zh": "用时 {ms} 毫秒。离线判官有多准：docs/measurements.md，或 coach eval --quick",
        "en": "It took {ms} ms. How far to trust the offline judge: docs/measurements.md, or coach eval --quick",
    },
    "then": {"zh": "接下来：", "en": "Next: "},
    "offline_judge": {
        "zh": "离线判官评分；要用大模型：设 COACH_MODEL 和 OPENAI_API_KEY 或 OPENAI_BASE_URL",
        "en": "offline judge; for an LLM set COACH_MODEL and OPENAI_API_KEY or OPENAI_BASE_URL",
    },
    "judge": {
        "zh": "判官 {judge}",
        "en": "graded by {judge}",
    },
    "gate": {"zh": "没有可评的内容，没有请判官", "en": "nothing to grade, so no judge was asked"},
    "grade_how": {
        "zh": "输入或粘贴回答；空行回车 或 Ctrl-D 发送",
        "en": "type or paste the answer; an empty line or Ctrl-D sends",
    },
    "none_pending": {"zh": "没有等待评分的答案。", "en": "no answer waits for its grade"},
    "right": {
        "zh": "（对照{labels}的标注）：判 {verdict} 时 {right}",
        "en": " (against {labels} labels): '{verdict}' {right}",
    },
    "not_measured": {
        "zh": "：在这里还没有测过，coach eval --quick",
        "en": ": not measured here, coach eval --quick",
    },
    "by_person": {"zh": "人工", "en": "a person's"},
    "by_model": {"zh": "大模型", "en": "a language model's"},
    "overrule": {
        "zh": "/mark {number} 改判",
        "en": "/mark {number} overrules",
    },
    "certainty": {"zh": "有把握的程度：{share}", "en": "certainty: {share}"},
    "due": {"zh": "下次 {when}", "en": "next {when}"},
    "days": {"zh": "{n} 天后", "en": "in {n} days"},
    "tomorrow": {"zh": "明天", "en": "tomorrow"},
    "delivery": {
        "zh": "表达（不计分）：说出来约 {spoken} 秒{length}{took} · 口头语 {fillers}",
        "en": "delivery (not scored): about {spoken} s spoken{length}{took} · fillers {fillers}",
    },
    "short": {"zh": "，偏短（{low}-{high} 秒为宜）", "en": ", short of {low}-{high} s"},
    "long": {"zh": "，偏长（{low}-{high} 秒为宜）", "en": ", beyond {low}-{high} s"},
    "took": {"zh": " · 用时 {took} 秒", "en": " · took {took} s"},
    "pace": {"zh": "，每分钟 {pace} 字", "en": ", {pace} words a minute"},
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
    "plan_head": {
        "zh": "面试 {interview}（还有 {left} 天）· 每天 {minutes} 分钟 · 每题约 {pace} 分钟{basis}",
        "en": "Interview {interview} ({left} days left) · {minutes} minutes a day · about {pace} a question{basis}",
    },
    "plan_assumed": {"zh": "（估计，练过之后按你的速度）", "en": " (assumed until your pace is known)"},
    "plan_own": {"zh": "（你的速度）", "en": " (your pace)"},
    "plan_night": {
        "zh": "凌晨 {hour} 点以前还算前一天：“今天”是 {day}。",
        "en": "Before {hour} in the morning it is still the day before: 'today' is {day}.",
    },
    "plan_focus": {"zh": "重点方向：{titles}", "en": "In focus: {titles}"},
    "plan_done": {"zh": "今天已答 {n} 题。", "en": "{n} answered today already."},
    "plan_today": {"zh": "今天", "en": "today"},
    "plan_nothing": {"zh": "没有要练的", "en": "nothing to practise"},
    "plan_interview": {
        "zh": "面试日：只看 coach review，不练新题",
        "en": "the interview: only coach review, nothing new",
    },
    "plan_diagnostic": {"zh": "摸底 {refs}", "en": "diagnostic {refs}"},
    "plan_wrong": {"zh": "说错过 {refs}", "en": "said wrong {refs}"},
    "plan_due": {"zh": "复习 {refs}", "en": "due {refs}"},
    "plan_new": {"zh": "新题 {refs}", "en": "new {refs}"},
    "plan_more_days": {
        "zh": "……另有 {n} 天，见 --json；越往后越只是估计，每次练完重排。",
        "en": "… and {n} more days, see --json; later days are a guess, made anew after each sitting.",
    },
    "plan_dropped": {
        "zh": "来不及的 {n} 题：",
        "en": "No time for {n} questions: ",
    },
    "plan_dropped_time": {
        "zh": "原因：时间先给了更值得练的题；这些不是高频考点。",
        "en": "Why: the minutes go to what pays more; none of these is a hot topic.",
    },
    "plan_dropped_hot": {
        "zh": "原因：时间不够，其中 {refs} 是高频考点；每天多几分钟就能补上。",
        "en": "Why: too few minutes; {refs} are hot topics, so a few more minutes a day would pay.",
    },
    "plan_dropped_focus": {"zh": "不在重点方向：", "en": "outside the focus:"},
    "plan_late": {"zh": "到期但排不下的复习：{refs}", "en": "Due again, but no time: {refs}"},
    "plan_keeps_all": {"zh": "所有题目都排得下。", "en": "Every question fits."},
    "plan_unknown": {
        "zh": "问过 {known}/{bullets} 个要点；其余未知，不猜。",
        "en": "{known} of {bullets} bullets were asked; the others are unknown, not guessed.",
    },
    "plan_no_forecast": {
        "zh": "复习记录 {n} 次，不到 {enough} 次，不做预测。",
        "en": "{n} reviews, under {enough}: no forecast.",
    },
    "plan_forecast": {
        "zh": "若从现在起不再练，面试当天还记得（问过的要点里）：{directions}",
        "en": "Practising no more, you would recall on the day, of what was asked: {directions}",
    },
    "plan_untested": {
        "zh": "这是 FSRS 默认参数的推算，还没有用你的记录检验过。",
        "en": "From FSRS's default parameters, not yet tested on your own answers.",
    },
    "progress_none": {
        "zh": "还没有练过。先做一次摸底：coach plan --date 面试日期，或者直接 coach practice。",
        "en": "Nothing practised yet. Begin with coach plan --date DAY, or with coach practice.",
    },
    "progress_head": {
        "zh": "{handbook}：答过 {answers} 次，{sittings} 场",
        "en": "{handbook}: {answers} answers in {sittings} sittings",
    },
    "progress_sitting": {"zh": "{day} {n} 题 {score}", "en": "{day} {n} q {score}"},
    "progress_direction": {"zh": "方向", "en": "direction"},
    "progress_questions": {"zh": "题目", "en": "questions"},
    "progress_bullets": {"zh": "要点", "en": "bullets"},
    "progress_credit": {"zh": "得分", "en": "credit"},
    "progress_dangers": {
        "zh": "最危险的（说错，或有把握却没说对）：",
        "en": "Most dangerous (said wrong, or sure and not right):",
    },
    "progress_more": {"zh": "……另有 {n} 条，见 --json", "en": "… and {n} more, see --json"},
    "progress_no_dangers": {"zh": "没有说错过的要点。", "en": "No bullet was said wrong."},
    "progress_sure": {"zh": "有把握 {confidence}/4", "en": "sure {confidence}/4"},
    "progress_calibration": {
        "zh": "把握→得分（1 没底 … 4 很有把握）：{levels}",
        "en": "confidence → score (1 unsure … 4 very sure): {levels}",
    },
    "progress_change": {
        "zh": "隔天再答的 {n} 题：得分变化 {change}",
        "en": "{n} questions answered again on a later day: score {change}",
    },
    "progress_predicted": {
        "zh": "记忆预测：预测 {predicted}，实际 {observed}（{low}–{high}，{n} 次）",
        "en": "memory: predicted {predicted}, observed {observed} ({low}–{high}, {n} reviews)",
    },
    "progress_strays": {
        "zh": "预测和实际差得超出偶然：这里的预测先别信。",
        "en": "Predicted and observed differ by more than chance: don't rely on the forecast yet.",
    },
    "cannot": {"zh": "还不能说：", "en": "Cannot say yet: "},
    "cannot_change": {
        "zh": "有没有进步（隔天再答的题不到 10 道）",
        "en": "whether you improve (under 10 questions answered on two days)",
    },
    "cannot_confidence": {
        "zh": "你的把握准不准（带把握的答案太少；答题时用 /sure 3）",
        "en": "whether your confidence is right (too few answers with one; use /sure 3)",
    },
    "cannot_predict": {
        "zh": "记忆预测准不准（再次问到的要点不到 30 次）",
        "en": "whether memory forecasts hold (under 30 bullets asked again)",
    },
}


# What an interviewer says to any answer; it may not tell what the answer was worth.
REACTIONS: dict[Language, tuple[str, ...]] = {
    "zh": ("好的，收到。", "嗯，我记下了。", "好，了解了。", "行，我们继续。"),
    "en": ("Okay, got it.", "Mm-hm, noted.", "All right, I see.", "Thanks, let's go on."),
}


def reaction(number: int, language: Language) -> str:
    """The interviewer's word after the `number`-th answer, from 0: by its number alone."""
    said = REACTIONS[language]
    return said[number % len(said)]


def say(key: str, language: Language, **values: object) -> str:
    """The words for `key`, with its blanks filled."""
    return WORDS[key][language].format(**values)

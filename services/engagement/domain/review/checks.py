"""The checks of a message as a whole: its length, its questions, whom it speaks of, what a pitch or feedback must say."""

import re
from collections.abc import Callable, Iterator

from services.engagement.domain.review import phrases, placeholders, spelling
from services.engagement.domain.review.draft import Draft, Finding, Kind, Severity
from services.engagement.domain.review.phrases import sign
from shared import honesty

FIRST = frozenset({Kind.FIRST_TOUCH, Kind.FOLLOW_UP})

_THEM = frozenset({"you", "your", "yours", "you're", "you've", "you'd", "you'll", "yourself"})
_US = frozenset(
    {"we", "our", "ours", "us", "i", "my", "me", "mine", "we're", "we've", "we'd", "we'll", "i'm", "i've", "i'd", "i'll"}
)
_BULLET = re.compile(r"^[ \t]{0,8}(?:[-*\u2022\u25cf\u2013]|\d{1,2}[.)])[ \t]", re.MULTILINE)
_CURRENCY_SIGN = re.compile(r"[$\u20ac\u00a3\u00a5][ \t]?\d")
_FALSE_THREAD = re.compile(r"\A\s*(?:subject:\s*)?(?:re|fwd?|aw|wg):", re.IGNORECASE)
_TAG = re.compile(r"(?<!\w)#[A-Za-z]\w+")
_SHOUT = re.compile(r"\b[A-Z]{4,}\b")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")

Check = Callable[[Draft, int], Iterator[Finding]]


def whole(code: str, points: int, advice: str, severity: Severity = Severity.WARN) -> Finding:
    """A finding about the text as a whole."""
    return Finding(code, severity, None, advice, points)


def length(draft: Draft, most: int) -> Iterator[Finding]:
    """A first message is short; nothing is no message."""
    count = len(draft.words)
    if not count:
        yield whole("empty", 100, "There is no text.", Severity.STOP)
    elif draft.kind in FIRST and count > most:
        advice = f"Shorten it: {count} words, where {most} are the most that a first message should have."
        yield whole("too_long", 20 if count < 2 * most else 40, advice)
    elif draft.kind in FIRST and count < 12:
        yield whole(
            "too_short", 15, "So short a message gives no reason to answer: say why you write to this person.", Severity.INFO
        )


def asks(draft: Draft, _most: int) -> Iterator[Finding]:
    """One question, or a request for permission."""
    if draft.kind not in FIRST:
        return
    questions = draft.plain.count("?")
    if not questions and not sign("permission").search(draft.lower):
        advice = "End with one question, or ask whether you may say more."
        yield whole("no_question", 8, advice, Severity.INFO)
    elif questions > 2:
        yield whole("many_questions", 15, f"Ask one question, not {questions}: each further one makes an answer less likely.")


def personal(draft: Draft, _most: int) -> Iterator[Finding]:
    """At least one detail of the person, and one that the record confirms where it is known what the record holds."""
    if draft.kind not in FIRST:
        return
    confirmed = any(_mentions(draft, detail) for detail in draft.known or ())
    if confirmed:
        return
    claims = sign("personal").search(draft.lower) is not None
    if draft.kind is Kind.FOLLOW_UP and (_names_money(draft) or "://" in draft.plain):
        return  # it brings something new
    if not claims:
        advice = "Name one thing of this person's own: work, a talk, what was said last time. Else it reads as sent to all."
        yield whole("no_personal_detail", 20, advice)
    elif draft.known:
        advice = "The detail that it speaks of is not among those that your record confirms: check it before you send."
        yield whole("unconfirmed_detail", 5, advice, Severity.INFO)


def _names_money(draft: Draft) -> bool:
    return bool(_CURRENCY_SIGN.search(draft.plain) or sign("money").search(draft.lower))


def _mentions(draft: Draft, detail: str) -> bool:
    """Whether half of the detail's longer words are in the text."""
    own = {word.lower() for word in re.findall(r"\w+", detail) if len(word) > 3}
    return bool(own) and 2 * len(own & set(draft.lower_words)) >= len(own)


def perspective(draft: Draft, _most: int) -> Iterator[Finding]:
    """More about them than about us."""
    if draft.kind not in FIRST | {Kind.PITCH}:
        return
    them = sum(word in _THEM for word in draft.lower_words)
    ours = sum(word in _US for word in draft.lower_words)
    if ours >= 5 and ours > 4 * them:
        advice = f"It speaks of us {ours} times and of the person {them} times: turn it round."
        yield whole("about_us", 15, advice)


def selling(draft: Draft, _most: int) -> Iterator[Finding]:
    """A first message that is a pitch, or a pitch to somebody who has not shown interest."""
    if draft.kind in FIRST:
        found = sign("job_dump").search(draft.lower)
        bullets = len(_BULLET.findall(draft.plain))
        if found or bullets >= 4:
            advice = "Leave the advertisement out of a first message; it belongs to those who asked for it."
            yield Finding("pitch_too_early", Severity.WARN, found.span() if found else None, advice, 20)
    if draft.kind is Kind.PITCH and draft.is_interested is False:
        yield whole("pitch_before_interest", 25, "The person has not shown interest in this position: ask first, then pitch.")


def pitch(draft: Draft, _most: int) -> Iterator[Finding]:
    """A pitch is specific and honest."""
    if draft.kind is not Kind.PITCH:
        return
    if not _names_money(draft):
        yield whole("no_salary", 20, honesty.NO_SALARY)
    if not sign("downside").search(draft.lower):
        yield whole("no_downside", 15, honesty.NO_DOWNSIDE)
    if not sign("tasks").search(draft.lower):
        yield whole("no_tasks", 15, honesty.NO_TASKS)
    if not sign("workload").search(draft.lower):
        yield whole("no_workload", 5, honesty.NO_WORKLOAD, Severity.INFO)


def feedback(draft: Draft, _most: int) -> Iterator[Finding]:
    """A rejection says why; feedback says what was missing and what was good."""
    if draft.kind in {Kind.REJECTION, Kind.FEEDBACK} and not sign("reason").search(sign("no_reason").sub(" ", draft.lower)):
        yield whole("says_nothing", 30, "Give a reason that the person can use: what the role needed more of, and what was good.")


def level(draft: Draft, _most: int) -> Iterator[Finding]:
    """A junior role for somebody whom the message itself calls senior."""
    if (
        draft.kind in FIRST | {Kind.PITCH}
        and sign("senior").search(draft.lower)
        and (found := sign("junior").search(draft.lower))
    ):
        advice = "The role is below what the message says of the person: check that it is meant for them."
        yield Finding("level_mismatch", Severity.WARN, found.span(), advice, 25)


def form(draft: Draft, _most: int) -> Iterator[Finding]:
    """What makes a message look like an advertisement, whatever it says."""
    if draft.kind is Kind.FIRST_TOUCH and (found := _FALSE_THREAD.search(draft.plain)):
        advice = "A first message is no reply: leave Re: out of the subject."
        yield Finding("false_thread", Severity.WARN, found.span(), advice, 20)
    if len(_TAG.findall(draft.text)) >= 2:
        yield whole("hashtags", 20, "Hashtags are for posts; this goes to one person.")
    shouted = [word for word in _SHOUT.findall(_urls_out(draft.plain)) if word not in _ABBREVIATIONS]
    if draft.text.count("!") >= 3 or len(shouted) >= 2 or len(_EMOJI.findall(draft.text)) >= 3:
        yield whole("shouting", 10, "Fewer exclamation marks, capitals and pictures: calm reads as honest.")


def _urls_out(text: str) -> str:
    return re.sub(r"https?://\S+", "", text)


_ABBREVIATIONS = frozenset(
    (
        "HTML",
        "JSON",
        "REST",
        "SOAP",
        "HTTP",
        "HTTPS",
        "GDPR",
        "SAAS",
        "PAAS",
        "IAAS",
        "FAANG",
        "NASA",
        "CUDA",
        "YAML",
        "SCADA",
        "OAUTH",
        "GMBH",
        "CRUD",
        "NOSQL",
        "ACID",
        "MLOPS",
    )
)
"""Words in capitals that nobody shouts."""

CHECKS: tuple[Check, ...] = (
    length,
    lambda draft, _most: placeholders.find(draft),
    lambda draft, _most: phrases.find(draft),
    lambda draft, _most: spelling.find(draft),
    asks,
    personal,
    perspective,
    selling,
    pitch,
    feedback,
    level,
    form,
)
"""Every check, in the order of findings of one place. Each takes the draft and the most words of a first message."""

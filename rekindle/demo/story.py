"""The people of the demo whom the documentation names: each shows something that Rekindle knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rekindle.demo.moments import HOMES, Business, Home, business_hours_before, working_day_before, working_time_after


def _who(name: str, country: str, level: str, skills: str, market_status: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "country": country, "level": level, "skills": skills.split(), "market_status": market_status, **more}


CANDIDATES: Mapping[str, Mapping[str, Any]] = {
    "ada": _who("Ada Byron", "GB", "staff", "python kafka", "passive",
        references=["linkedin:ada-byron"], title="Staff engineer", company="Analytical Engines", years_experience=11),
    "grace": _who("Grace Murray", "US", "senior", "sql spark", "passive"),
    "alan": _who("Alan Mathison", "GB", "senior", "python", "open"),
    "edsger": _who("Edsger Wybe", "DE", "principal", "algorithms", "passive"),
    "radia": _who("Radia Joy", "DE", "staff", "networks python", "active"),
    "barbara": _who("Barbara Jane", "ES", "senior", "python sql", "passive"),
    "ken": _who("Ken Lane", "DE", "staff", "python postgresql", "open"),
    "hedy": _who("Hedy Kiesler", "DE", "senior", "python sql", "passive"),
    "donald": _who("Donald Ervin", "DE", "staff", "python", "passive"),
    "frances": _who("Frances Spence", "FR", "senior", "sql", "open"),
    "katherine": _who("Katherine Coleman", "PL", "senior", "python", "open"),
    "linus": _who("Linus Benedict", "DE", "staff", "kubernetes go", "passive"),
    "joan": _who("Joan Elisabeth", "GB", "senior", "go", "open"),
    "karen": _who("Karen Ida", "DE", "senior", "sql", "unavailable"),
    "dennis": _who("Dennis Alistair", "DE", "senior", "python sql spark", "passive", years_experience=7),
    "margaret": _who("Margaret Heafield", "DE", "staff", "python postgresql kafka", "open", years_experience=12),
    "niklaus": _who("Niklaus Emil", "DE", "senior", "python sql", "passive"),
    "leslie": _who("Leslie Barry", "DE", "lead", "leadership python", "active"),
    "jean": _who("Jean Jennings", "DE", "staff", "python kafka", "active"),
    "tony": _who("Tony Charles", "DE", "senior", "python", "open"),
    "evelyn": _who("Evelyn Boyd", "DE", "staff", "python postgresql", "passive", references=["gem:evelyn-boyd"]),
    "adele": _who("Adele Katz", "DE", "manager", "leadership", "passive"),
    "sophie": _who("Sophie Vasil", "PL", "senior", "python spark", "open"),
    "grete": _who("Grete Henry", "DE", "senior", "python postgresql", "open"),
    "john": _who("John Backus", "DE", "senior", "python sql", "active"),
    "ruth": _who("Ruth Lichter", "DE", "senior", "python", "open"),
    "shafi": _who("Shafi Weiz", "DE", "senior", "react typescript", "passive"),
}  # fmt: skip

SENT: Sequence[str] = (
    "Hi Margaret, your talk on replaying a ledger after an outage is the clearest I heard. May I ask what you would change?",
    "Hi Niklaus, you wrote that most pipelines fail at their edges. Ours did last week. Would you look at how we mend it?",
    "Hi Sophie, you moved a warehouse of forty terabytes without a night shift. What would you do differently today?",
)
"""Messages of Maria's as they were sent; they are reviewed, and near copies of them are found from then on."""


INSIGHTS: Sequence[tuple[float, str, Mapping[str, str]]] = (
    (195, "ada", {"kind": "motivation", "source": "call", "recruiter": "maria",
        "text": "Wants to own the ledger from end to end, which her employer splits over four teams."}),
    (190, "ada", {"kind": "concern", "source": "call", "recruiter": "maria",
        "text": "Two years left of a grant of shares; she would want that looked at."}),
    (40, "ada", {"kind": "personal", "source": "message", "recruiter": "maria",
        "text": "Spoke at a conference about query planners."}),
    (420, "grace", {"kind": "availability", "source": "message", "recruiter": "maria",
        "text": "Three months of notice, to the end of a quarter."}),
    (30, "evelyn", {"kind": "aspiration", "source": "interview", "recruiter": "tom", "confidence": "likely",
        "text": "Would like to teach: she runs the reading group of her team."}),
    (12, "radia", {"kind": "interest", "source": "profile", "recruiter": "maria", "confidence": "guess",
        "text": "Writes about protocols that heal themselves."}),
)  # fmt: skip
"""What recruiters have learnt: days before the demo began, the person, the insight."""


def _touch(recruiter: str, words: int = 70, channel: str = "email", **more: Any) -> dict[str, Any]:
    return {"channel": channel, "recruiter": recruiter, "words": words, **more}


def _reply(mood: str = "positive", words: int = 60, channel: str = "email") -> dict[str, Any]:
    return {"channel": channel, "words": words, "mood": mood}


Line = tuple[float | Business, str, str | None, str, Mapping[str, Any]]
"""How long before the demo began (days; or hours of business), the candidate, the position, what happened, its facts."""

STAFF, DATA, BACKEND, PLATFORM = "staff-engineer", "data-engineer", "backend-engineer", "platform-engineer"
MANAGER, SECURITY, FRONTEND = "engineering-manager", "security-engineer", "frontend-engineer"

STORY: Sequence[Line] = (
    # A salary that the position pays by now, and somebody who was interested.
    (200, "ada", STAFF, "sourced", {"via": "referral"}),
    (199, "ada", STAFF, "contacted", _touch("maria", 74)),
    (198, "ada", STAFF, "responded", _reply("positive", 120)),
    (197, "ada", STAFF, "contacted", _touch("maria", 60, purpose="reply")),
    (195, "ada", STAFF, "interested", {}),
    (190, "ada", STAFF, "declined", {"reason": "salary", "facts": {"asked": 112000, "currency": "EUR"}}),
    # Not now; since then a project of hers ended.
    (120, "grace", DATA, "contacted", _touch("maria", 60, "linkedin")),
    (112, "grace", DATA, "contacted", _touch("maria", 48)),
    (111, "grace", DATA, "responded", _reply("neutral", 30)),
    (110, "grace", DATA, "declined", {"reason": "timing", "facts": {}}),
    (109, "grace", DATA, "contacted", _touch("maria", 40, purpose="closing")),
    (60, "grace", None, "candidate.cadence_chosen", {"every_days": 60}),
    (4, "grace", None, "candidate.signal_observed", {"signal": "project_ended"}),
    # Two recruiters within two days: a breach of the team's cap.
    (70, "edsger", STAFF, "contacted", _touch("tom", 90)),
    (68, "edsger", DATA, "contacted", {"channel": "phone", "recruiter": "maria", "kind": "call"}),
    # Feedback is owed since his interview, and a promise is overdue.
    (20, "alan", DATA, "applied", {"via": "inbound"}),
    (19, "alan", DATA, "contacted", _touch("tom", 40, purpose="reply")),
    (15, "alan", DATA, "screened", {"recruiter": "tom"}),
    (14, "alan", None, "candidate.followup_promised", {"due_in_days": 6, "about": "the team's plans", "recruiter": "maria"}),
    (6, "alan", DATA, "interviewed", {}),
    # Nobody has answered her since: the reply is overdue.
    (12, "radia", STAFF, "contacted", {"channel": "phone", "recruiter": "maria", "kind": "call"}),
    (11, "radia", STAFF, "responded", _reply("positive", channel="phone")),
    (10, "radia", STAFF, "interested", {}),
    # Will not move; now a position may be done remotely.
    (149, "barbara", DATA, "contacted", _touch("tom")),
    (147, "barbara", DATA, "responded", _reply("neutral", 50)),
    (146, "barbara", DATA, "declined", {"reason": "location", "facts": {"locations": [{"country": "ES"}], "remote": True}}),
    # A silver medallist: the next similar position brings him back.
    (90, "ken", STAFF, "applied", {"via": "inbound"}),
    (88, "ken", STAFF, "contacted", _touch("maria", 50, purpose="reply")),
    (85, "ken", STAFF, "interviewed", {"recruiter": "maria"}),
    (80, "ken", STAFF, "rejected", {"by": "team", "reason": "preferred_another", "facts": {"rank": 2}}),
    (79, "ken", STAFF, "feedback_given", {"words": 90}),
    # She accepts to hear from us every 90 days, which Tom did not ask.
    (34, "hedy", DATA, "contacted", _touch("maria")),
    (33, "hedy", DATA, "responded", _reply("neutral")),
    (32, "hedy", DATA, "declined", {"reason": "timing", "facts": {"revisit_in_days": 28}}),
    (31, "hedy", None, "candidate.cadence_chosen", {"every_days": 90}),
    (11, "hedy", BACKEND, "contacted", _touch("tom", 61)),
    # Took his consent back; Tom wrote all the same.
    (75, "donald", None, "candidate.consent_given", {"basis": "consent"}),
    (74, "donald", STAFF, "contacted", _touch("tom")),
    (60, "donald", None, "candidate.consent_withdrawn", {"basis": "consent"}),
    (41, "donald", STAFF, "contacted", _touch("tom", 66)),
    # Wants no more e-mail; the telephone is allowed.
    (55, "frances", DATA, "contacted", _touch("aisha")),
    (54, "frances", DATA, "responded", _reply("negative", 12)),
    (53, "frances", None, "candidate.unsubscribed", {"channel": "email"}),
    (52, "frances", DATA, "declined", {"reason": "role_fit", "facts": {"wanted_level": "lead"}}),
    # Her address does not work, and was used again.
    (40, "katherine", BACKEND, "contacted", _touch("maria")),
    (39, "katherine", None, "candidate.bounced", {"channel": "email", "address": "katherine@example.org"}),
    (25, "katherine", BACKEND, "contacted", _touch("maria", 55)),
    # For good: each with evidence and who decided. Tom overlooked one of them.
    (64, "linus", PLATFORM, "contacted", _touch("tom")),
    (62, "linus", PLATFORM, "declined", {
        "reason": "do_not_contact", "evidence": "Wrote: please do not write to me again.", "decided_by": "tom"}),
    (20, "linus", PLATFORM, "contacted", _touch("tom", 80, "linkedin")),
    (100, "joan", None, "candidate.hard_no_set", {
        "reason": "client_complaint", "evidence": "The client named her by mistake.", "decided_by": "maria"}),
    (88, "joan", None, "candidate.hard_no_lifted", {
        "reason": "client_complaint", "evidence": "The client took it back in writing.", "decided_by": "maria", "by": "team"}),
    (50, "joan", SECURITY, "contacted", _touch("tom")),
    (47, "joan", SECURITY, "responded", _reply("neutral")),
    (46, "joan", SECURITY, "contacted", _touch("tom", purpose="reply")),
    (44, "joan", SECURITY, "rejected", {"by": "team", "reason": "skills", "facts": {"missing_skills": ["cryptography"]}}),
    (43, "joan", SECURITY, "feedback_given", {"words": 70}),
    (58, "karen", DATA, "contacted", _touch("maria")),
    (56, "karen", DATA, "declined", {
        "reason": "career_change", "evidence": "Runs a bakery now and means to stay.", "decided_by": "maria"}),
    # Declined in spring, came back when he had said, and was hired the second time.
    (208, "dennis", DATA, "contacted", _touch("maria")),
    (206, "dennis", DATA, "responded", _reply("positive")),
    (205, "dennis", DATA, "contacted", _touch("maria", purpose="reply")),
    (204, "dennis", DATA, "declined", {"reason": "timing", "facts": {"revisit_in_days": 140}}),
    (62, "dennis", DATA, "contacted", _touch("maria", 58)),
    (61, "dennis", DATA, "responded", _reply("positive", 90)),
    (60, "dennis", DATA, "contacted", _touch("maria", purpose="reply")),
    (58, "dennis", DATA, "interested", {}),
    (57, "dennis", DATA, "contacted", _touch("maria", purpose="logistics")),
    (50, "dennis", DATA, "interviewed", {"recruiter": "maria"}),
    (49, "dennis", DATA, "feedback_given", {"words": 110}),
    (45, "dennis", DATA, "offered", {"amount": 88000, "currency": "EUR"}),
    (42, "dennis", DATA, "offer_accepted", {}),
    (41, "dennis", DATA, "hired", {}),
    (12, "dennis", DATA, "started", {}),
    (5, "dennis", None, "candidate.rated_us", {"score": 10}),
    # What waits for Maria this morning: replies, an application, feedback, promises.
    (9, "margaret", STAFF, "sourced", {"via": "linkedin"}),
    (8, "margaret", STAFF, "contacted", _touch("maria", 34, sent=0)),
    (Business(2), "margaret", STAFF, "responded", _reply("positive", 85)),
    (10, "niklaus", DATA, "contacted", _touch("maria", 32, sent=1)),
    (Business(15), "niklaus", DATA, "responded", _reply("neutral", 40)),
    (Business(29), "leslie", MANAGER, "applied", {"via": "inbound", "recruiter": "maria"}),
    (24, "jean", STAFF, "contacted", _touch("maria", 59)),
    (23, "jean", STAFF, "responded", _reply("positive", 70)),
    (22, "jean", STAFF, "contacted", _touch("maria", purpose="reply")),
    (20, "jean", STAFF, "interested", {}),
    (19, "jean", STAFF, "contacted", _touch("maria", purpose="logistics")),
    (Business(12), "jean", STAFF, "interviewed", {"recruiter": "maria"}),
    (28, "tony", BACKEND, "applied", {"via": "referral", "recruiter": "maria"}),
    (27, "tony", BACKEND, "contacted", _touch("maria", purpose="reply")),
    (12, "tony", BACKEND, "rejected", {
        "by": "team", "reason": "experience", "facts": {"years_had": 3, "years_needed": 5}, "recruiter": "maria"}),
    (17, "evelyn", STAFF, "contacted", _touch("maria", 77)),
    (16, "evelyn", STAFF, "responded", _reply("positive", 65)),
    (15, "evelyn", STAFF, "contacted", _touch("maria", purpose="reply")),
    (7, "evelyn", None, "candidate.followup_promised", {"due": "today", "about": "the salary range", "recruiter": "maria"}),
    (33, "adele", MANAGER, "contacted", _touch("maria", 66)),
    (32, "adele", MANAGER, "responded", _reply("positive", 45)),
    (31, "adele", MANAGER, "contacted", _touch("maria", purpose="reply")),
    (30, "adele", None, "candidate.followup_promised", {"due_in_days": 8, "about": "the interviews", "recruiter": "maria"}),
    (24, "adele", MANAGER, "contacted", _touch("maria", purpose="logistics")),
    (13, "sophie", DATA, "contacted", _touch("maria", 27, sent=2)),
    (12, "sophie", DATA, "responded", _reply("positive", 38)),
    (11, "sophie", DATA, "contacted", _touch("maria", purpose="reply")),
    (9, "sophie", BACKEND, "contacted", _touch("aisha", 83, "linkedin")),  # though she is talking with Maria
    (8, "sophie", None, "candidate.followup_promised", {"due_in_days": 12, "about": "the new team lead", "recruiter": "maria"}),
    # An answer that was forgotten, and of which nothing is owed any more.
    (26, "ruth", BACKEND, "contacted", _touch("maria", 69)),
    (25, "ruth", BACKEND, "responded", _reply("neutral", 22)),
    # Rejected by mistake, which the ATS takes back.
    (30, "john", DATA, "applied", {"via": "inbound"}),
    (29, "john", DATA, "contacted", _touch("tom", purpose="reply")),
    (22, "john", DATA, "interviewed", {"recruiter": "tom"}),
    (21, "john", DATA, "feedback_given", {"words": 64}),
    (16, "john", DATA, "rejected", {"by": "team", "reason": "skills", "facts": {"missing_skills": ["spark"]}}),
    # No answer for long, says the ATS; the answer comes below, late.
    (66, "grete", BACKEND, "contacted", _touch("maria", 73)),
    (35, "grete", BACKEND, "ghosted", {}),
    # Hired, and rejected by the same system a day later: one of both is wrong.
    (78, "shafi", FRONTEND, "applied", {"via": "referral", "recruiter": "aisha"}),
    (77, "shafi", FRONTEND, "contacted", _touch("aisha", purpose="reply")),
    (70, "shafi", FRONTEND, "interviewed", {"recruiter": "aisha"}),
    (69, "shafi", FRONTEND, "feedback_given", {"words": 88}),
    (62, "shafi", FRONTEND, "offered", {"amount": 80000, "currency": "EUR"}),
    (60, "shafi", FRONTEND, "hired", {}),
    (59, "shafi", FRONTEND, "rejected", {"by": "team", "reason": "unspecified"}),
    (58, "shafi", FRONTEND, "feedback_given", {"words": 12}),
    # One person under two names, whom the reference links.
    (2, "gem:evelyn-boyd", None, "candidate.signal_observed", {"signal": "anniversary"}),
)  # fmt: skip

LATE: Sequence[Line] = (
    # What arrives after everything else, though it happened before.
    (63, "grete", BACKEND, "responded", _reply("positive", 33)),
    (62, "grete", BACKEND, "contacted", _touch("maria", purpose="reply")),
    (60, "grete", BACKEND, "declined", {"reason": "salary", "facts": {"asked": 96000, "currency": "EUR"}}),
    (15, "john", DATA, "event.retracted", {"type": "rekindle.pursuit.rejected"}),
)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Gives the lines of one person their times, each after the one before it."""

    began: datetime

    def time_of(self, when: float | Business, home: Home, line: int) -> datetime:
        if isinstance(when, Business):
            return business_hours_before(self.began, when.hours)
        return working_day_before(self.began, when, home, 37 * line + 20).replace(second=0, microsecond=0)


def reviewed() -> list[dict[str, Any]]:
    """The messages that were sent, as they are put before the review; ``sent`` in a fact is the number of one."""
    return [{"text": text, "kind": "first_touch", "recruiter": "maria"} for text in SENT]


def home_of(candidate: str) -> Home:
    """Where somebody of the story lives."""
    return HOMES[str(CANDIDATES.get(candidate, CANDIDATES["evelyn"])["country"])]


def story(began: datetime) -> list[dict[str, Any]]:
    """What happened to the people named here, as CloudEvents."""
    return _told(STORY, began, "story")


def late(began: datetime) -> list[dict[str, Any]]:
    """What is heard of them last, though it happened before, as CloudEvents."""
    return _told(LATE, began, "late")


def _told(lines: Sequence[Line], began: datetime, prefix: str) -> list[dict[str, Any]]:
    teller = _Teller(began)
    events, last = [], dict[str, datetime]()
    for number, (when, candidate, position, happened, facts) in enumerate(lines):
        time = teller.time_of(when, home_of(candidate), number)
        if candidate in last:
            time = max(time, last[candidate] + timedelta(minutes=25))
        last[candidate] = time
        data = _dated(facts, time, began)
        if position is not None:
            data["position"] = f"demo:{position}"
        subject = candidate if ":" in candidate else f"demo:{candidate}"
        type_name = happened if "." in happened else f"pursuit.{happened}"
        events.append(event(f"{prefix}-{number}", type_name, subject, time, data))
    return events


def _dated(facts: Mapping[str, Any], time: datetime, began: datetime) -> dict[str, Any]:
    """The facts, with dates for what they say in days."""
    data = dict(facts)
    if "due_in_days" in data:
        data["due_at"] = written(time + timedelta(days=data.pop("due_in_days")))
    if data.pop("due", None) == "today":
        data["due_at"] = written(working_time_after(began + timedelta(hours=3), HOMES["DE"], 0))
    if "revisit_in_days" in (said := data.get("facts", {})):
        data["facts"] = {"revisit_on": (time + timedelta(days=said["revisit_in_days"])).date().isoformat()}
    return data


def event(id: str, type_name: str, subject: str, time: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudEvent of the demo; ``type_name`` without the leading ``rekindle.``."""
    return {
        "specversion": "1.0",
        "source": "demo",
        "id": id,
        "type": f"rekindle.{type_name}",
        "subject": subject,
        "time": written(time),
        "data": dict(data),
    }


def written(moment: datetime) -> str:
    """A moment in UTC as events carry it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

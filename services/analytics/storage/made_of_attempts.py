"""What is counted beside attempts and made of them: losses, hires, pressure, the pool's yield, soft nos without a plan."""

from datetime import datetime

from services.analytics.domain.micros import micros
from services.analytics.domain.questions import Question
from services.analytics.metrics.after_the_hire import KNOWN_FOR
from services.analytics.metrics.effort import MOST_TOUCHES, PRESSED_FOR
from services.analytics.metrics.people import YIELDED
from services.analytics.metrics.subjects import Subject
from services.analytics.storage.selection import Source, attempts
from services.analytics.storage.statements import NOTHING, known_then, stated
from shared.events import CandidateUnsubscribed

_ID = "CAST(md5(concat(counted.person, counted.position_id, counted.number)) AS uuid) AS id"
_DIMENSIONS = "position_id, number, recruiter, channel, via, origin, sender_role, cohort_at"

_WITH_PROFILE = "JOIN {profiles} AS profile ON profile.profile = counted.profile"
_OUTCOME_AT = "counted.times[profile.places[array_position(profile.measures, '{}')]]"
"""When the outcome was, of which each attempt has one: a place to look up, where all contributions need not be laid out."""
_HIRED, _SOFT_NO = "outcomes.hired", "outcomes.soft_no"

# An unsubscription is of no attempt.
_UNSUBSCRIBED = """
    SELECT id, person, position_id, CAST(NULL AS integer) AS number, recruiter, channel, via, origin, sender_role, cohort_at,
        measures, ats, seconds
    FROM {unsubscribed} AS unsubscribed
"""
_LOSSES = f"""(
    SELECT {_ID}, person, {_DIMENSIONS}, profile.measures,
        ARRAY(SELECT counted.times[place] FROM unnest(profile.places) AS place) AS ats, counted.lasting AS seconds
    FROM {{attempts}} AS counted {_WITH_PROFILE}
    UNION ALL {_UNSUBSCRIBED}
)"""  # noqa: S608 - constants
_HIRES = f"""(
    SELECT {_ID}, counted.person, {_DIMENSIONS}, ARRAY['hires.' || CASE
            WHEN known.since <= to_timestamp({_OUTCOME_AT.format(_HIRED)} / 1000000.0) - CAST(:known_for AS interval)
            THEN 'known' ELSE 'new' END
        ] AS measures, ARRAY[{_OUTCOME_AT.format(_HIRED)}] AS ats, ARRAY[0] AS seconds
    FROM {{attempts}} AS counted {_WITH_PROFILE} CROSS JOIN LATERAL (
        SELECT min(of_stream.since) AS since FROM (
            SELECT counted.person AS stream WHERE NOT EXISTS (SELECT FROM links WHERE links.stream = counted.person)
            UNION ALL SELECT links.stream FROM links WHERE links.person = counted.person
        ) AS theirs CROSS JOIN LATERAL (
            SELECT min(facts.time) AS since FROM facts WHERE facts.stream = theirs.stream {{past}}
        ) AS of_stream
    ) AS known
    WHERE '{_HIRED}' = ANY(profile.measures)
)"""  # noqa: S608 - constants
_PRESSED = f"""(
    SELECT person AS id, person, CAST(NULL AS uuid) AS position_id, 1 AS number, CAST(NULL AS text) AS recruiter,
        CAST(NULL AS text) AS channel, {NOTHING}, to_timestamp(max(one.at) / 1000000.0) AS cohort_at,
        ARRAY['contact_pressure.' || CASE WHEN count(*) > {MOST_TOUCHES} THEN 'more' ELSE CAST(count(*) AS text) END] AS measures,
        ARRAY[max(one.at)] AS ats, ARRAY[0] AS seconds
    FROM {{attempts}} AS counted {{contributions}}
    WHERE counted.last_at > :pressed_since AND :pressed_since < ANY(counted.times) AND one.measure = 'touches_per_reply.touches'
        AND one.at > :pressed_since AND one.at <= :pressed_until
    GROUP BY person
)"""  # noqa: S608 - constants
_YIELD = f"""(
    SELECT people.person AS id, people.person, CAST(NULL AS uuid) AS position_id, 1 AS number, CAST(NULL AS text) AS recruiter,
        CAST(NULL AS text) AS channel, {NOTHING}, people.updated_at AS cohort_at, came.measures,
        array_fill(CAST(extract(epoch FROM people.updated_at) * 1000000 AS bigint), ARRAY[cardinality(came.measures)]) AS ats,
        array_fill(0, ARRAY[cardinality(came.measures)]) AS seconds
    FROM people LEFT JOIN (
        SELECT person, {", ".join(f"bool_or('reached.{one}' = ANY(profile.measures)) AS {one}" for one in YIELDED)}
        FROM {{attempts}} AS counted {_WITH_PROFILE} GROUP BY person
    ) AS far ON far.person = people.person
    CROSS JOIN LATERAL (
        SELECT array_remove(ARRAY[
            'pool_yield.people', {", ".join(f"CASE WHEN far.{one} THEN 'pool_yield.{one}' END" for one in YIELDED)}
        ], NULL) AS measures
    ) AS came
    WHERE NOT people.erased AND NOT EXISTS (SELECT FROM links WHERE links.stream = people.person)
)"""  # noqa: S608 - constants
_UNPLANNED = f"""(
    SELECT {_ID}, counted.person, {_DIMENSIONS}, ARRAY['soft_nos_unplanned.attempts'] AS measures,
        ARRAY[{_OUTCOME_AT.format(_SOFT_NO)}] AS ats, ARRAY[0] AS seconds
    FROM {{attempts}} AS counted {_WITH_PROFILE}
    WHERE '{_SOFT_NO}' = ANY(profile.measures) AND NOT EXISTS (
        SELECT FROM items LEFT JOIN links ON links.stream = items.stream
        WHERE items.kind = '{Subject.PLAN}' AND coalesce(links.person, items.stream) = counted.person
            AND items.position_id = counted.position_id AND items.number = counted.number
    ) AND NOT EXISTS (
        SELECT FROM {{attempts}} AS later
        WHERE later.person = counted.person AND later.position_id = counted.position_id AND later.number > counted.number
    )
)"""  # noqa: S608 - constants

_MADE = {
    Subject.LOSS: _LOSSES,
    Subject.HIRE: _HIRES,
    Subject.PRESSED: _PRESSED,
    Subject.POOLED: _YIELD,
    Subject.UNPLANNED: _UNPLANNED,
}


def made_of_attempts(subject: Subject, question: Question, by: datetime) -> Source:
    """The items of a kind, as the attempts of the question's time make them; time has passed up to ``by``."""
    past, values = known_then(question)
    if subject is Subject.HIRE:
        values["known_for"] = KNOWN_FOR
    elif subject is Subject.PRESSED:
        values = {"pressed_since": micros(by - PRESSED_FOR), "pressed_until": micros(by)}
    elif subject is not Subject.LOSS:
        values = {}
    left, _ = stated(question, [CandidateUnsubscribed.type])
    source = attempts(question)
    made = _MADE[subject].format(
        attempts=source.sql, contributions=source.contributions, profiles=source.profiles, unsubscribed=left, past=past
    )
    return Source(made, values)


def unsubscribed(question: Question) -> Source:
    """What losses hold beside attempts."""
    sql, values = stated(question, [CandidateUnsubscribed.type])
    return Source(f"({_UNSUBSCRIBED.format(unsubscribed=sql)})", values)

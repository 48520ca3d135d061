"""People whose data is to be looked at. Findings are written with all else of a person: ``storage.people``."""

from services.engagement.domain.cleansing import Kind
from shared.web.cleansing import PeopleList

COLUMNS = (("person_id", "uuid"), ("kind", "text"), ("since", "timestamptz"), ("position_id", "uuid"))

REFERENCES = """ARRAY(SELECT reference FROM relationships
    WHERE person_id = listed.candidate_id AND reference IS NOT NULL ORDER BY candidate_id <> person_id, reference)"""


def _list(kind: Kind, title: str, cost: str, reason: str) -> PeopleList:
    people = f"""
        SELECT person_id AS candidate_id, ARRAY[kind] AS why, since, position_id FROM data_findings WHERE kind = '{kind}'
        """  # noqa: S608 - a constant
    return PeopleList(title, cost, people, {kind: reason})


LISTS = {
    "bounced": _list(
        "bounced",
        "A message could not be delivered",
        "Every further message is lost, and counts against the address that it is sent from.",
        "A message to them could not be delivered, and no answer came by that channel since.",
    ),
    "no_shows": _list(
        "no_shows",
        "Did not appear",
        "Nobody knows whether they want to be asked again: they come back by time alone.",
        "They did not appear at an interview, and nothing was heard since.",
    ),
    "hard_nos": _list(
        "hard_nos",
        "A hard no stands",
        "Nobody may approach them, and they are still found, counted and kept.",
        "A hard no stands against them.",
    ),
    "soft_nos_without_facts": _list(
        "soft_nos_without_facts",
        "A soft no without facts",
        "No opening can bring them back: only time does, whatever has changed.",
        "It is not known what would have to be otherwise: the close has no reason, or none of the facts that its reason takes.",
    ),
    "contradictions": _list(
        "contradictions",
        "Hired and refused at once",
        "Every number that counts the attempt may be wrong, and so may who is approached.",
        "An attempt holds both a hire and a close with a reason of its own.",
    ),
}
"""By name."""

"""A webhook body, read liberally: what is missing, null or of another type is simply not known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from services.connectors.domain.greenhouse.values import (
    NOTHING,
    Tree,
    application_identifier,
    branch,
    branches,
    flag,
    identifier,
    text,
)

MOST_JOBS = 500
"""No application has more jobs than this; what follows is not read."""


_OF_PEOPLE = frozenset({"update_candidate", "delete_candidate", "merge_candidate"})
_OF_JOBS = frozenset({"job_created", "job_updated", "job_approved", "job_deleted"})
"""Actions whose payload may be the person or the job itself."""


class UnreadableBodyError(ValueError):
    """The body is signed but no JSON object; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Named:
    """Something of the vendor's with an id and a name: a stage, a reason, a reason's type, a source."""

    external_id: str | None
    name: str | None

    @classmethod
    def read(cls, tree: Tree, key: str) -> "Named | None":
        """The named thing of a key: an object, or its bare name."""
        named_tree = branch(tree, key)
        name = text(named_tree.get("name")) or text(named_tree.get("public_name")) or text(tree.get(key))
        named = cls(identifier(named_tree.get("id")), name)
        return named if named.external_id or named.name else None


@dataclass(frozen=True, slots=True)
class Person:
    """A candidate or prospect. ``tree`` holds the rest of the object."""

    external_id: str
    tree: Tree
    can_email: bool | None
    recruiter: str | None
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """A job, which is a position of ours. ``tree`` holds the rest of the object."""

    external_id: str
    tree: Tree
    recruiter: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A version of an offer."""

    tree: Tree
    application: str | None
    job: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Application:
    """A person's application for a job, or a prospect's for any number of jobs."""

    external_id: str | None
    tree: Tree
    prospect: bool
    stage: Named | None
    source: Named | None
    reason: Named | None
    reason_type: Named | None
    recruiter: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """All of a delivery that can mean something. ``candidate`` is the person's id even where the body has no person."""

    action: str
    payload: Tree
    application: Application | None
    candidate: str | None
    person: Person | None
    jobs: tuple[Job, ...]
    offer: Offer | None

    @property
    def deleted_applications(self) -> tuple[str, ...]:
        """The applications that were deleted with the person."""
        tree = self.person.tree if self.person is not None else self.payload
        ids = tree.get("deleted_application_ids")
        return tuple(filter(None, map(application_identifier, ids))) if isinstance(ids, list) else ()

    @property
    def people(self) -> list[str]:
        """The ids of all people whom it names."""
        found = {self.candidate, self.person.merged_into if self.person else None}
        return sorted(one for one in found if one is not None)

    @property
    def may_be_merge(self) -> bool:
        """Whether a deletion may belong to a merge: the vendor sends one for the duplicate too, mostly without applications."""
        tree = self.person.tree if self.person is not None else self.payload
        return tree.get("deleted_application_ids") == []

    @property
    def application_id(self) -> str | None:
        """The application that the body is about, given as such or named by an offer."""
        if self.application is not None and self.application.external_id:
            return self.application.external_id
        return self.offer.application if self.offer is not None else None


def read_body(raw: bytes) -> Body:
    """Read a raw body. Raises UnreadableBodyError when it is no JSON object."""
    try:
        tree = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise UnreadableBodyError(f"the body is not JSON: {problem.msg}") from problem
    if not isinstance(tree, dict):
        raise UnreadableBodyError("the body is JSON but no object")
    return _body_of(tree)


def _body_of(tree: Tree) -> Body:
    action = text(tree.get("action"), 100) or ("ping" if {"ping", "web_hook", "webhook"} & tree.keys() else "")
    payload = branch(tree, "payload")
    application_tree = branch(payload, "application")
    offer = _offer(payload, application_tree, action)
    if not application_tree and offer is None and {"current_stage", "applied_at", "jobs", "prospect"} & payload.keys():
        application_tree = payload
    person_tree = branch(application_tree, "candidate", "person") or branch(payload, "candidate", "person")
    if not (person_tree or application_tree) and action in _OF_PEOPLE:
        person_tree = payload
    person = _person(person_tree, payload)
    candidate = (person.external_id if person else None) or _first_id(
        (application_tree, "candidate_id"),
        (application_tree, "person_id"),
        (payload, "candidate_id"),
        (payload, "person_id"),
    )
    return Body(
        action=action.strip().lower(),
        payload=payload,
        application=_application(application_tree) if application_tree else None,
        candidate=candidate,
        person=person,
        jobs=tuple(_jobs({"job": payload} if action in _OF_JOBS and "job" not in payload else payload, application_tree)),
        offer=offer,
    )


def _first_id(*places: tuple[Tree, str], read: Callable[[object], str | None] = identifier) -> str | None:
    return next((found for tree, name in places if (found := read(tree.get(name)))), None)


def _application(tree: Tree) -> Application:
    return Application(
        external_id=application_identifier(tree.get("id")),
        tree=tree,
        prospect=flag(tree.get("prospect")) or False,
        stage=Named.read(tree, "current_stage"),
        source=Named.read(tree, "source"),
        reason=Named.read(tree, "rejection_reason"),
        reason_type=Named.read(branch(tree, "rejection_reason"), "type"),
        recruiter=_user(tree, "recruiter"),
    )


def _user(tree: Tree, role: str) -> str | None:
    """The id of the user in a role; never their name or address."""
    return _first_id((branch(tree, role), "id"), (branch(tree, role), "user_id"), (tree, f"{role}_user_id"), (tree, f"{role}_id"))


def _person(tree: Tree, payload: Tree) -> Person | None:
    external_id = identifier(tree.get("id"))
    if external_id is None:
        return None
    return Person(
        external_id=external_id,
        tree=tree,
        can_email=flag(tree.get("can_email")),
        recruiter=_user(tree, "recruiter"),
        merged_into=_first_id((tree, "new_candidate_id"), (payload, "new_candidate_id")),
    )


def _jobs(payload: Tree, application_tree: Tree) -> Sequence[Job]:
    """Every job of the body, each once: the list, the deprecated single one (it fills in what the list lacks), a bare id."""
    jobs: dict[str, dict[str, object]] = {}
    for tree in (application_tree, payload):
        for job in (*branches(tree, "jobs"), *branches(tree, "job")):
            if (external_id := identifier(job.get("id"))) and (external_id in jobs or len(jobs) < MOST_JOBS):
                jobs[external_id] = {**job, **jobs.get(external_id, {})}
    if not jobs and application_tree and (external_id := identifier(application_tree.get("job_id"))):
        jobs[external_id] = {}
    return [Job(external_id, tree, _job_recruiter(tree)) for external_id, tree in jobs.items()]


def _job_recruiter(tree: Tree) -> str | None:
    recruiters = branches(branch(tree, "hiring_team"), "recruiters")
    in_charge = [user for user in recruiters if user.get("responsible") is True]
    for user in (*in_charge, *recruiters):
        if found := _first_id((user, "user_id"), (user, "id")):
            return found
    return None


def _offer(payload: Tree, application_tree: Tree, action: str) -> Offer | None:
    """The offer of a hire body, of ``payload.offer``, or the payload itself, as offers come flat."""
    tree = branch(application_tree, "offer") or branch(payload, "offer")
    if not tree and (action.startswith("offer_") or "offer_status" in payload):
        tree = payload
    if not tree:
        return None
    places = ((tree, "application_id"), (payload, "application_id"), (application_tree, "id"))
    application = _first_id(*places, read=application_identifier)
    status = (text(tree.get("offer_status") or tree.get("status"), 50) or "").lower()
    return Offer(tree=tree, application=application, job=_first_id((tree, "job_id"), (payload, "job_id")), status=status)


__all__ = ["NOTHING", "Application", "Body", "Job", "Named", "Offer", "Person", "UnreadableBodyError", "read_body"]

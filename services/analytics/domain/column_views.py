"""The columns as they were at an earlier time: a view on those of now that leaves some rows out and has others at its end."""

from copy import copy
from datetime import datetime
from uuid import UUID

import numpy as np

from services.analytics.domain.arrays import Grown, Ints
from services.analytics.domain.column_rollups import Rollups
from services.analytics.domain.columns import Columns
from services.analytics.domain.micros import micros
from services.analytics.domain.pursuits import Key, Past


def unsettled(columns: Columns, moment: datetime, past: Past, position: UUID | None) -> tuple[Ints, set[Key]]:
    """The rows of now that do not hold for then, and the pursuits of those that had begun: they are to be folded again.

    A row holds if nothing of its pursuit came or happened later, and it does not wait for time to pass. With a ``position``
    only its rows are looked at.
    """
    holds, then = columns.holds, micros(moment)
    found = (holds["last_at"].all > then) | (holds["changes_at"].all <= then)
    if past.received is not None:
        found |= holds["last_received_at"].all > micros(past.received)
    found &= columns.alive.all
    if position is not None:
        found &= columns.dimensions["position"].all == columns.codes["position"].of(position)
    began = found.copy()
    for name, by in (("first_at", past.happened), ("first_received_at", past.received)):
        if by is not None:
            began &= holds[name].all <= micros(by)
    rows = np.flatnonzero(began)
    positions = columns.codes["position"].values
    persons = [UUID(bytes=person) for person in columns.person.all[rows].tolist()]
    keys = {
        (person, positions[code]) for person, code in zip(persons, columns.dimensions["position"].all[rows].tolist(), strict=True)
    }
    return np.flatnonzero(found), keys


def without(columns: Columns, rows: Ints) -> Columns:
    """A view that leaves out some rows. Rows put at its end are its own; rows of the columns that come later are not in it.

    It keeps no rollups: what is asked of it is counted from its rows.
    """
    view = copy(columns)
    for name in ("slot", "cohort_at", "profile", "person", "skill", "skill_start", "skill_count"):
        setattr(view, name, _view(getattr(columns, name)))
    view.alive = _view(columns.alive, is_copied=True)
    view.dimensions = {name: _view(one) for name, one in columns.dimensions.items()}
    view.holds = {name: _view(one) for name, one in columns.holds.items()}
    for name in ("counts", "spans"):
        some = copy(getattr(columns, name))
        some.row, some.code, some.at, some.seconds = map(_view, some.columns)
        setattr(view, name, some)
    view.sponsor_of = columns.sponsor_of.copy()
    view.rollups = Rollups(())
    view.forget_places()
    view.drop(rows)
    return view


def _view(one: Grown, *, is_copied: bool = False) -> Grown:
    return Grown.of(one.all.copy() if is_copied else one.all)

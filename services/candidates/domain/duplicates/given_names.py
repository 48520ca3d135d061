"""Forms of given names: short ones, and those of other languages.

English ones are those of the package ``nicknames``; the others stand in ``given_names.toml``, which says where they come from.
"""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from nicknames import name_triplets


@cache
def _full_forms() -> Mapping[str, frozenset[str]]:
    """The names of which each is a form, itself among them; only names that are on a list."""
    found: dict[str, set[str]] = defaultdict(set)
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    for name in listed.pop("alone").split():
        found[name].add(name)
    own = ((name, form) for name, forms in listed.items() for form in forms)
    english = ((one.name1, one.name2) for one in name_triplets())
    for name, form in chain(own, english):
        found[name].add(name)
        found[form] |= {name, form}
    return {name: frozenset(names) for name, names in found.items()}


def full_forms(name: str) -> frozenset[str]:
    """The names of which this may be a form, itself among them."""
    return _full_forms().get(name) or frozenset({name})


def is_given_name(name: str) -> bool:
    """Whether a list has it. Surnames may be on it too."""
    return name in _full_forms()


def are_forms_of_one(name: str, other: str) -> bool:
    """Whether both may be forms of one name."""
    return not full_forms(name).isdisjoint(full_forms(other))

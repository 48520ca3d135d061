"""Words that say nothing of who somebody is; they stand in ``words.toml``."""

import tomllib
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

TITLES = frozenset(_LISTS["titles"].split())
PARTICLES = frozenset(_LISTS["particles"].split())
LONG_SURNAMES = frozenset(_LISTS["long_surnames"].split())
ROLES = frozenset(_LISTS["roles"].split())
LEGAL_FORMS = frozenset(_LISTS["legal_forms"].split())
PLUS_DOMAINS = frozenset(_LISTS["plus"].split())
"""Providers that deliver what follows a plus to the same mailbox."""
DOTLESS_DOMAINS = {domain: main for main, domains in _LISTS["domains"].items() for domain in domains.split()}
"""Those that take no notice of dots before the @, with the domain that stands for all that are one."""
GENERATIONS = {word: meaning for meaning, words in _LISTS["generations"].items() for word in words.split()}
"""What each word for a generation means."""

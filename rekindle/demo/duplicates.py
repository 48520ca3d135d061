"""People of the demo whom a second system knows too, or seems to: each pair is of another kind."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from rekindle.demo.story import written

KNOWN_TOO: Mapping[str, Mapping[str, Any]] = {
    # The same mailbox, the name in another order, and what she does by now.
    "demo:frieda-brandt": {"name": "Brandt, Frieda", "emails": ["Frieda.Brandt@example.org"], "title": "Staff backend engineer"},
    # Without the accent; employer, place and title are the same.
    "demo:alvaro-etxeberria": {"name": "Alvaro Etxeberria", "emails": ["alvaro@example.com"]},
    # A slip of the pen, and the same telephone.
    "demo:magda-krawczyk": {"name": "Magda Krawzcyk", "emails": [], "phones": ["+49 30 90180123"], "company": "Mistral Pay"},
    # The whole name for the short one, and an address at another provider.
    "demo:wojtek-nowak": {"name": "Wojciech Nowak", "emails": ["wojtek.nowak@example.net"], "company": None},
    # Two of one household: the landline is theirs, the given names are not.
    "demo:lukas-pohl": {"name": "Hannes Pohl", "emails": [], "phones": ["+49 30 90180029"], "company": "Halden & Sohn"},
    # A son, it seems.
    "demo:lukas-reuter": {"name": "Lukas Reuter Jr.", "emails": [], "phones": ["+49 30 90180035"], "company": "Quarzwerk"},
}
KEPT = ("location", "company", "title")
"""What the second system says as the first does, where nothing else stands above."""


def known_twice(records: Mapping[str, Mapping[str, Any]], began: datetime) -> Iterator[dict[str, Any]]:
    """The second records, as items of a batch; ``records`` are the first, by their references."""
    for number, (reference, other) in enumerate(KNOWN_TOO.items()):
        first, observed = records[reference], began - timedelta(days=9 * number + 5)
        name = reference.partition(":")[2]
        yield {"candidate": f"gem:{name}", **{key: first[key] for key in KEPT}, **other, "observed_at": written(observed)}

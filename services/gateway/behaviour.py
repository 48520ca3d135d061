"""How the API behaves, for every operation: the text at the head of its document."""

from pathlib import Path

from shared.events.closes import FACTS_OF, CloseFacts
from shared.events.fields import private_fields
from shared.events.vocabulary import Reason


def behaviour() -> str:
    """The text, as Markdown, with the table of what is said with each reason."""
    return "\n".join([Path(__file__).with_suffix(".md").read_text(encoding="utf-8"), *facts_of_reasons()])


def facts_of_reasons() -> list[str]:
    """Which facts each reason of a close takes, as lines of a table."""
    lines = ["| reason | kind | facts |", "|---|---|---|"]
    private = private_fields(CloseFacts)
    for reason in Reason:
        names = sorted(FACTS_OF.get(reason, ()))
        facts = ", ".join(f"*{name}*" if private.get(name) is True else name for name in names)
        lines.append(f"| {reason} | {'hard no' if reason.is_hard_no else 'soft no'} | {facts or 'none'} |")
    return lines

"""Placeholders that were never filled in, of the usual template languages."""

import re
from collections.abc import Iterator

from services.engagement.domain.review.draft import Draft, Finding, Severity

_PATTERNS = (
    r"\{\{[^{}\n]{0,80}\}\}",  # Handlebars, Jinja, Liquid, Lever, Gem
    r"\{%[^%\n]{0,80}%\}",  # Liquid, Jinja
    r"\{![^{}\n]{1,80}\}",  # Salesforce
    r"\$\{[^{}\n]{1,80}\}",  # JavaScript, shell
    r"\{[A-Za-z_][\w .\-]{0,40}\}",  # format strings
    r"<%[^%\n]{0,80}%>",  # ERB
    r"<<[^<>\n]{1,80}>>",  # mail merge of a word processor
    r"\u00ab[^\u00bb\n]{1,80}\u00bb(?=[,.!\s]|$)",
    r"\*\|[A-Z0-9_:]{1,60}\|\*",  # Mailchimp
    r"%%[A-Za-z_]\w{0,60}%%",  # Salesforce Marketing Cloud
    r"%[A-Z][A-Z_]{2,40}%",
    r"\[\[[^\[\]\n]{1,80}\]\]",
    r"\[[^\[\]\n]*[A-Za-z][^\[\]\n]*\](?!\()",  # [First Name]; [text](address) is a link
    r"(?i:<(?:(?:first|last|full|candidate|company|job|role|position|recruiter|your|my)[ _\-]?[a-z _\-]{0,30}|name|title)>)",
    r"(?<![\w$])\$[XYZ](?:\s?-\s?\$?[XYZ])?\b",
    r"\b(?:XX+|TBD|TODO|FIXME|INSERT [A-Z ]{3,30}|FIRST_?NAME|LAST_?NAME|COMPANY_?NAME|JOB_?TITLE)\b",
    r"(?i:lorem ipsum)",
)
_PLACEHOLDER = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))
_NOTHING = re.compile(r"\b(?:hi|hello|hey|dear)[ \t]+(?:null|none|undefined|nan|n/a)\b|\bdear[ \t]*,", re.IGNORECASE)

ADVICE = "Fill in the placeholder, or leave the sentence out: it tells the reader that nobody wrote this to them."
POINTS = 45


def find(draft: Draft) -> Iterator[Finding]:
    """Each placeholder, and a greeting whose name came out empty."""
    for pattern in (_PLACEHOLDER, _NOTHING):
        for found in pattern.finditer(draft.text):
            yield Finding("placeholder", Severity.STOP, found.span(), ADVICE, POINTS)

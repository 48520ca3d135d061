"""Placeholders that were never filled in, of the usual template languages."""

import re
from collections.abc import Iterator

from services.engagement.domain.review.draft import Draft, Finding, Severity

_MARKED = (
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
    r"\{\{[^{}\n]{0,40}$|\{\{\w+(?=[,!.\s])",  # begun and not ended
    r"\{\$[A-Za-z_][^{}\n]{0,60}\}",  # Smarty
    r"[#@]\{[^{}\n]{1,60}\}",  # Ruby; Spring
    r"\{\d{1,2}\}",  # .NET, Java, Python
    r"\{[A-Za-z_]\w{0,40}\|[^{}\n]{0,40}\}",  # {firstName|there}
    r"%\(\w{1,40}\)[sd]|(?<![\w%])%[sd]\b",  # Python, C
    r"<\?[^?\n]{0,80}\?>",  # PHP
    r"\$!?[a-z]\w{2,40}\b|\$\$\w{2,40}\$\$",  # shell, Velocity
    r"(?<!\w)%[a-z]+_[a-z_]{1,40}%|(?<!\w)%(?i:name|firstname|lastname|company)%",
    r"(?<!\w)@@?\w{2,40}@@?(?!\w)",
    r"(?<!\w)##?[A-Z][A-Z_]{1,40}##?(?!\w)(?<=#)",
    r"(?<!\w)__[A-Z][A-Z_]{1,40}__|(?<!\w)~~\w{2,40}~~|(?<!\w)\|[A-Z_]{3,40}\||(?<![\w-])-[A-Z_]{4,40}-(?![\w-])",
    r"(?<!\w)@Model\.\w+",  # Razor
    r"_{3,}",  # a blank to be filled in by hand
    r"(?i:\((?:insert|enter|add|your|first|last|full|company|job)[ _-]?(?:\w+[ _-]?)?(?:name|title|company|role|here)\))",
    r"(?i:<(?:insert|enter|add)\b[^<>\n]{0,40}>|&lt;[\w _-]{1,40}&gt;)",
)
_IN_WORDS = (
    r"\b(?:XX+|TBD|TODO|FIXME|INSERT [A-Z ]{3,30}|FIRST_?NAME|LAST_?NAME|COMPANY_?NAME|JOB_?TITLE)\b",
    r"(?i:lorem ipsum)",
    r"\b(?:firstName|FirstName|lastName|LastName|CompanyName|companyName|JobTitle|jobTitle)\b",
    r"\b(?:first|last|full|company|candidate|recruiter)_name\b|\bjob_title\b",
    r"\bYOUR (?:COMPANY|NAME|ROLE|TITLE)\b|\b(?:Hi|Hello|Hey|Dear) (?:NAME|FIRST|CANDIDATE)\b|\bX{1,3},X{3}\b",
)
# What begins with no sign, or with no letter, is passed over at the first look.
_PLACEHOLDER = re.compile(rf"(?=[^A-Za-z0-9\s])(?:{'|'.join(_MARKED)})|(?=[A-Za-z])(?:{'|'.join(_IN_WORDS)})")
_NOTHING = re.compile(
    r"\b(?:hi|hello|hey|dear)[ \t]+(?:null|none|undefined|nan|n/a)\b|\b(?:hi|hello|hey|dear)[ \t]*,", re.IGNORECASE
)

ADVICE = "Fill in the placeholder, or leave the sentence out: it tells the reader that nobody wrote this to them."
POINTS = 45


def find(draft: Draft) -> Iterator[Finding]:
    """Each placeholder, and a greeting whose name came out empty."""
    for pattern in (_PLACEHOLDER, _NOTHING):
        for found in pattern.finditer(draft.text):
            yield Finding("placeholder", Severity.STOP, found.span(), ADVICE, POINTS)

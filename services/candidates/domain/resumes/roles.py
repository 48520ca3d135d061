"""Which words name what somebody does, and which name a firm or a school."""

import re

_TITLES = (
    r"engineer|developer|programmer|architect|manager|analyst|intern|consultant|designer|director|administrator|admin|specialist|"
    r"scientist|researcher|assistant|associate|officer|lead|leader|head of|chief|founder|co-founder|president|vice president|vp|"
    r"cto|ceo|cfo|coo|cio|ciso|owner|partner|coordinator|technician|tester|trainer|teacher|tutor|lecturer|professor|instructor|nurse|"
    r"accountant|auditor|recruiter|representative|agent|clerk|cashier|supervisor|editor|writer|author|translator|strategist|"
    r"executive|advisor|adviser|freelancer?|contractor|scrum master|product owner|apprentice|trainee|student|fellow|volunteer|"
    r"mentor|coach|planner|buyer|operator|mechanic|electrician|driver|chef|cook|waiter|waitress|bartender|barista|attorney|lawyer|"
    r"paralegal|physician|pharmacist|therapist|secretary|receptionist|salesperson|marketer|producer|photographer|artist|animator|"
    r"sre|devops|qa|dba|swe|principal|staff|expert|evangelist|advocate|inspector|estimator|surveyor|merchandiser|controller|"
    r"deputy|counselor|librarian|curator|guard|guide|worker|hand|maintainer|generalist|practitioner|liaison|ambassador|"
    r"\w*entwickler(?:in)?|\w*ingenieur(?:in)?|\w*leiter(?:in)?|\w*berater(?:in)?|\w*assistent(?:in)?|werkstudent(?:in)?|"
    r"praktikant(?:in)?|praktikum|\w*mitarbeiter(?:in)?|geschäftsführer(?:in)?|sachbearbeiter(?:in)?|referent(?:in)?|"
    r"auszubildende[r]?|\w*kauf(?:mann|frau)|\w*informatiker(?:in)?|\w*architekt(?:in)?|\w*administrator(?:in)?|"
    r"ingénieur(?:e)?|développeu(?:r|se)|chef de projet|responsable|directeur|directrice|stagiaire|consultante?|alternante?|"
    r"ingeniero|ingeniera|desarrollador(?:a)?|gerente|jefe|jefa|analista|becario|director(?:a)?|"
    r"ingegnere|sviluppatore|sviluppatrice|responsabile|tirocinante|impiegat[oa]|ontwikkelaar|stagiair|medewerker|"
    r"engenheiro|engenheira|desenvolvedor(?:a)?|estagiári[oa]|coordenador(?:a)?"
)
_TITLE = re.compile(rf"(?<![\w])(?:{_TITLES})s?(?![\w])", re.IGNORECASE)
_RANKED = re.compile(r"\b(?:senior|sr\.?|junior|jr\.?|mid-level)\s", re.IGNORECASE)
_FIRM = re.compile(
    r"\b(?:inc|llc|llp|ltd|limited|corp|corporation|company|co|gmbh|ag|se|kg|ug|e\.?v|plc|group|holdings?|labs?|laboratories|"
    r"technologies|systems|solutions|software|studios?|bank|university|college|institute|institut|school|hospital|clinic|agency|"
    r"foundation|association|partners|consulting|services|industries|enterprises|media|networks?|s\.?a\.?s?|s\.?r\.?l|b\.?v|n\.?v|"
    r"oy|ab|as|a\/s|pty|pvt|ventures|capital|store|nonprofit|ministry|department of|universität|hochschule|retail|energy|health|"
    r"airlines|insurance|pharma|motors|international|global)\b\.?",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    r"\b(?:university|college|institute|institution|school|academy|polytechnic\w*|conservatory|seminary|gymnasium|lycée|lyceum|"
    r"\w*universität|\w*universitaet|\w*hochschule|\w*schule|\w*gymnasium|fachhochschule|akademie|kolleg|tu|fh|eth|mit|ucla|"
    r"université|école|ecole|institut|faculté|insa|polytechnique|universidad|universitat|instituto|escuela|colegio|facultad|"
    r"università|politecnico|liceo|istituto|universiteit|hogeschool|universidade|faculdade|escola|üniversitesi|uniwersytet|"
    r"politechnika|universitet|högskola|univerzita|bootcamp|iit|nit|caltech|epfl)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?<!\w)(?:ph\.?\s?d\.?|d\.?phil\.?|doctor(?:ate)?(?:\s+of)?|dr\.|b\.?\s?sc\.?|b\.?\s?s\.?|b\.?\s?a\.?|b\.?\s?e(?:ng)?\.?|"
    r"b\.?a\.?\s?sc\.?|m\.?a\.?\s?sc\.?|b\.?\s?tech\.?|bba|bfa|b\.?\s?com\.?|llb|ll\.?m\.?|m\.?\s?sc\.?|m\.?\s?s\.?|m\.?\s?a\.?|m\.?\s?eng\.?|m\.?\s?tech\.?|mba|mfa|mphil|m\.?d\.?|"
    r"j\.?d\.?|a\.?a\.?s?|bachelor(?:['’]?s)?|master(?:['’]?s)?|magister|associate(?:['’]?s)?(?:\s+degree|\s+of)|diploma?|diplôme|"
    r"dipl\.-?\s?\w+\.?|staatsexamen|abitur|matura|fachabitur|promotion|licence|licenciatura|licenciad[oa]|maestría|máster|grado|"
    r"ingénieur|baccalauréat|bac|bts|dut|laurea|maturità|doctorado|doctorat|hnd|gcse|a-levels?|ged|high school diploma|"
    r"certificate|ausbildung|mestrado|bacharelado|vwo|havo|hbo|drs\.|ir\.)(?![\w])",
    re.IGNORECASE,
)
_LEVELS = (
    ("intern", r"intern|internship|praktikant\w*|praktikum|stagiaire|becario|trainee|werkstudent\w*|apprentice|tirocinante"),
    ("executive", r"ceo|cto|cfo|coo|cio|ciso|chief|founder|co-founder|president|geschäftsführer\w*|vp"),
    ("director", r"director|directeur|directrice|direktor\w*|head of"),
    ("principal", r"principal|distinguished"),
    ("staff", r"staff"),
    ("manager", r"manager|managerin|leiter\w*|gerente|responsable|supervisor|teamleiter\w*"),
    ("lead", r"lead|leader|tech lead|jefe|chef de projet"),
    ("senior", r"senior|sr"),
    ("junior", r"junior|jr|entry[- ]level|graduate|berufseinsteiger\w*"),
)
_NO_MANAGERS = re.compile(r"\b(?:product|project|program|account|community|case|category|brand|office) manager", re.IGNORECASE)


def title_score(text: str) -> int:
    """How much a text looks like what somebody does: 0 is not at all."""
    return 2 * bool(_TITLE.search(text)) + bool(_RANKED.search(f"{text} "))


def firm_score(text: str) -> int:
    """How much a text looks like the name of a firm."""
    return bool(_FIRM.search(text)) + bool(_SCHOOL.search(text))


def is_school(text: str) -> bool:
    """Whether a text names a school."""
    return _SCHOOL.search(text) is not None


def degree_in(text: str) -> re.Match[str] | None:
    """Where a text names a degree."""
    return _DEGREE.search(text)


def level_of(title: str) -> str | None:
    """The level that a title says, in the words of events; None where it says none."""
    for level, pattern in _LEVELS:
        if re.search(rf"(?<!\w)(?:{pattern})(?!\w)", title, re.IGNORECASE):
            if level == "manager" and _NO_MANAGERS.search(title):
                continue
            return level
    return None

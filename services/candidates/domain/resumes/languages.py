"""Languages that people speak, by ISO 639-1, and how well."""

import re

_NAMES = {
    "ar": "arabic arabisch arabe árabe",
    "bg": "bulgarian bulgarisch",
    "bn": "bengali",
    "ca": "catalan català katalanisch",
    "cs": "czech tschechisch čeština",
    "da": "danish dänisch dansk",
    "de": "german deutsch allemand alemán tedesco duits alemão",
    "el": "greek griechisch",
    "en": "english englisch anglais inglés inglese engels inglês",
    "es": "spanish spanisch espagnol español spagnolo spaans castellano espanhol",
    "et": "estonian",
    "fa": "persian farsi persisch",
    "fi": "finnish finnisch suomi",
    "fr": "french französisch français francés francese frans francês",
    "he": "hebrew hebräisch",
    "hi": "hindi",
    "hr": "croatian kroatisch hrvatski",
    "hu": "hungarian ungarisch magyar",
    "id": "indonesian",
    "it": "italian italienisch italien italiano italiaans",
    "ja": "japanese japanisch japonais japonés",
    "ko": "korean koreanisch",
    "lt": "lithuanian",
    "lv": "latvian",
    "nl": "dutch niederländisch néerlandais nederlands holandés",
    "no": "norwegian norwegisch norsk",
    "pa": "punjabi",
    "pl": "polish polnisch polski polonais",
    "pt": "portuguese portugiesisch portugais portugués português portoghese",
    "ro": "romanian rumänisch română",
    "ru": "russian russisch russe ruso russo",
    "sk": "slovak slowakisch",
    "sl": "slovenian slowenisch",
    "sr": "serbian serbisch",
    "sv": "swedish schwedisch svenska",
    "sw": "swahili",
    "ta": "tamil",
    "te": "telugu",
    "th": "thai",
    "tr": "turkish türkisch türkçe turc",
    "uk": "ukrainian ukrainisch",
    "ur": "urdu",
    "vi": "vietnamese vietnamesisch",
    "zh": "chinese mandarin cantonese chinesisch chinois chino",
}
_CODES = {name: code for code, names in _NAMES.items() for name in names.split()}
_LEVELS = {
    "native": r"native|mother tongue|muttersprach\w*|bilingual|langue maternelle|nativo|materna|madrelingua|moedertaal",
    "fluent": r"fluent|fließend|verhandlungssicher|courant|fluido|full professional|c1|c2|proficient|advanced|sehr gut",
    "good": r"professional|intermediate|good|gut|b1|b2|conversational|working|intermédiaire|medio|limited working",
    "basic": r"basic|beginner|elementary|grundkenntnisse|a1|a2|notions|básico|base|school",
}
_LEVEL = {level: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for level, pattern in _LEVELS.items()}


def languages_in(text: str) -> list[tuple[str, str | None]]:
    """The languages that a line names, each once, and how well each is spoken: native, fluent, good, basic, or not said."""
    found: dict[str, str | None] = {}
    names = [(match.start(), code) for match in re.finditer(r"[^\W\d_]+", text) if (code := _CODES.get(match[0].casefold()))]
    for place, (begin, code) in enumerate(names):
        said = text[begin : names[place + 1][0] if place + 1 < len(names) else len(text)]
        found.setdefault(code, next((level for level, pattern in _LEVEL.items() if pattern.search(said)), None))
    return list(found.items())

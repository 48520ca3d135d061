"""In which encoding a text file is written: found by its byte order mark, else by what fits."""

import codecs
from collections.abc import Iterable

from services.candidates.domain.imports.rows import FileRefused

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEEN = 4096


def encoding_of(pieces: Iterable[bytes]) -> str:
    """UTF-8 (with or without a mark), UTF-16, or, where neither fits, Windows' cp1252. Raises FileRefused."""
    fits = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "cp1252")}
    is_first = True
    for piece in pieces:
        if is_first and (found := _by_first_bytes(piece[:_SEEN])) is not None:
            fits = {found: codecs.getincrementaldecoder(found)()}
        is_first = False
        for name in [*fits]:
            try:
                fits[name].decode(piece)
            except UnicodeDecodeError:
                del fits[name]
    for name in [*fits]:
        try:
            fits[name].decode(b"", final=True)
        except UnicodeDecodeError:
            del fits[name]
    if not fits:
        raise FileRefused.of("file", "must be text in UTF-8, UTF-16 or cp1252")
    return next(iter(fits))


def _by_first_bytes(piece: bytes) -> str | None:
    for mark, name in _MARKS:
        if piece.startswith(mark):
            return name
    half = len(piece) // 2
    if half > 1 and piece[1::2].count(0) > 0.4 * half and not piece[::2].count(0):
        return "utf-16-le"
    if half > 1 and piece[::2].count(0) > 0.4 * half and not piece[1::2].count(0):
        return "utf-16-be"
    return None

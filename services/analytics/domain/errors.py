"""What analytics refuses, and with which code."""

from shared.errors import BadRequest, Invalid, TimedOut


class NotCountedYet(TimedOut):
    """Events that were waited for are not counted yet; the problem's ``missing`` lists them."""

    code = "not_counted_yet"
    title = "Not everything that was waited for is counted yet"


class MalformedAfter(Invalid):
    """What is to be waited for is no event's or record's ``after``."""

    code = "malformed_after"
    title = "What is to be waited for cannot be read"


class UnknownDimension(BadRequest):
    """A dimension that the funnel does not know."""

    code = "unknown_dimension"
    title = "A dimension is not known here"

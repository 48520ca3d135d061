"""What analytics refuses, and with which code."""

from shared.errors import BadRequest


class UnknownDimension(BadRequest):
    """A dimension that the funnel does not know."""

    code = "unknown_dimension"
    title = "A dimension is not known here"

"""Links by which a candidate ends one channel: signed for a person and a channel, good for ever, without a login. Pure."""

from dataclasses import dataclass
from uuid import UUID

from services.engagement.domain.errors import LinkUnknown
from shared.events.vocabulary import Channel
from shared.security.signed_text import NotSignedError, read_signed, signed

PURPOSE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Link:
    """Who ends which channel. ``candidate`` is the stream that the message went to, whoever it is linked with later."""

    candidate: UUID
    channel: Channel

    def text(self, key: bytes) -> str:
        """The part of the address that stands for the link; the same whenever it is made."""
        return signed(key, PURPOSE, [self.candidate.hex, self.channel.value])


def read_link(key: bytes, text: str) -> Link:
    """The link that a text stands for. Raises LinkUnknown for whatever was not made with the key."""
    try:
        candidate, channel = read_signed(key, PURPOSE, text)
    except NotSignedError:
        raise LinkUnknown("The link is not complete, or was changed on its way. Open it as it stands in the message.") from None
    return Link(UUID(hex=candidate), Channel(channel))

"""The long-running parts of candidates: its relay and its consumers."""

from collections.abc import Mapping

from services.candidates.consumers import subscriptions
from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases.holdings import TOPICS
from shared.worker import Part, service_parts


def parts(settings: CandidatesSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set.

    While records change steadily the relay publishes every three windows: each batch of them wakes every reader, and none of them
    is waited for as events are. One that comes alone is published at once.
    """
    settings = settings or CandidatesSettings()
    return service_parts("candidates", settings, subscriptions(settings), publishes=TOPICS, relay_windows=3)

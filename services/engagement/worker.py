"""The long-running parts of engagement: its relay, its consumers and its clock."""

from collections.abc import Mapping

from services.engagement.consumers import OWNED, subscriptions
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.run_clock import run_clock
from shared.worker import Part, service_parts


def parts(settings: EngagementSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set."""
    own = settings or EngagementSettings()
    _ = own.policy  # a wrong file of rules stops the start
    clock = {"engagement.clock": lambda sessions, stop: run_clock(sessions, own, stop)}
    return service_parts("engagement", own, subscriptions(own), publishes=OWNED, also=clock)

"""The long-running parts of analytics: its consumers."""

from collections.abc import Mapping

from services.analytics.consumers import subscriptions
from services.analytics.settings import AnalyticsSettings
from shared.worker import Part, service_parts


def parts(settings: AnalyticsSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set."""
    settings = settings or AnalyticsSettings()
    return service_parts("analytics", settings, subscriptions(settings))

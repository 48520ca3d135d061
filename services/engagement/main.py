"""The HTTP application of engagement: wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.engagement.api import (
    activity,
    cleansing,
    contact_checks,
    events,
    inner_circle,
    message_reviews,
    obligations,
    policy_breaches,
    pursuits,
    queue,
    queue_actions,
    queue_bulk,
    queue_undo,
    recruiters,
    relationships,
    return_preview,
    returns,
    timelines,
    unsubscribe,
    waiting,
)
from services.engagement.api.event_schema import event_schemas
from services.engagement.consumers import subscriptions
from services.engagement.consumers.facts import GROUP as FACTS
from services.engagement.consumers.records import GROUP as RECORDS
from services.engagement.settings import EngagementSettings
from services.engagement.storage.streams import pending
from services.engagement.use_cases.event_batcher import EventBatcher
from shared.db.engine import connect
from shared.events import Topic
from shared.inbox.waiter import ProjectionWaiter
from shared.observability.health import ServiceHealth
from shared.web.app import create_service_app
from shared.web.cleansing import TAG as CLEANSING
from shared.web.dead_letters import TAG as DEAD_LETTERS
from shared.web.dead_letters import dead_letters_router
from shared.web.personal_data import TAG as PERSONAL_DATA
from shared.web.personal_data import personal_data_router


def create_app(settings: EngagementSettings | None = None) -> FastAPI:
    """Routes at their full paths; ``registry`` in ``rekindle.runtime`` lists their beginnings. Raises RuleFileError."""
    settings = settings or EngagementSettings()
    _ = settings.policy  # a wrong file of rules stops the start
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="engagement api")
    health = ServiceHealth(
        "engagement",
        sessions,
        settings.kafka_bootstrap_servers,
        groups=[one.group for one in subscriptions(settings)],
        has_outbox=True,
    )
    groups = {Topic.ENGAGEMENT: FACTS, Topic.CANDIDATES: RECORDS, Topic.POSITIONS: RECORDS}
    waiter = ProjectionWaiter(sessions, groups, pending=pending)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await waiter.close()
        await health.close()

    app = create_service_app(
        name="engagement",
        title="Rekindle: engagement",
        description="What happened, and what may and must happen next.",
        routers=[
            dead_letters_router("engagement", subscriptions(settings)),
            personal_data_router("engagement"),
            events.router,
            waiting.router,
            timelines.router,
            pursuits.router,
            queue.router,
            queue_actions.router,
            queue_bulk.router,
            queue_undo.router,
            returns.router,
            return_preview.router,
            inner_circle.router,
            relationships.router,
            message_reviews.router,
            contact_checks.router,
            activity.router,
            cleansing.router,
            recruiters.router,
            unsubscribe.router,
            unsubscribe.links,
            obligations.router,
            policy_breaches.router,
        ],
        settings=settings,
        lifespan=lifespan,
        checks=health.checks,
        watched=health.watched,
        measures=health.measures,
        tags={
            **DEAD_LETTERS,
            **PERSONAL_DATA,
            **CLEANSING,
            "events": "What happened: the one way in for facts.",
            "timelines": "All that is known to have happened with a person.",
            "pursuits": "What came of a person for a position, attempt by attempt.",
            "queue": "Whom to come back to now, and what recruiters do about it.",
            "returns": "When, and on what change, we may come back after a soft no.",
            "relationships": "All about one person.",
            "message reviews": "Is this message any good?",
            "contact checks": "May we contact this person now?",
            "unsubscribe": "How a candidate ends a channel, without a login.",
            "obligations": "What we owe people.",
            "policy breaches": "Contacts that broke a rule.",
            "activity": "What happened since a time, in words.",
            "recruiters": "Who the codes in events stand for.",
        },
        schemas=event_schemas,
    )
    app.state.sessions = sessions
    app.state.projection_waiter = waiter
    app.state.batcher = EventBatcher(sessions, settings)
    return app

"""The HTTP application of candidates: wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.candidates.api import (
    background,
    candidate_batches,
    candidates,
    cleansing,
    duplicates,
    erasures,
    files,
    honesty,
    imports,
    insights,
    matches,
    notes,
    pools,
    positions,
    referrals,
    retention,
    vetting,
)
from services.candidates.consumers import subscriptions
from services.candidates.settings import CandidatesSettings
from services.candidates.storage.file_store import FileStore
from services.candidates.use_cases.measure_erasures import erasure_measure
from services.candidates.use_cases.read_personal_data import whole_person
from shared.db.engine import connect
from shared.observability.health import ServiceHealth
from shared.rate_table import rates_of
from shared.web.app import create_service_app
from shared.web.cleansing import TAG as CLEANSING
from shared.web.dead_letters import TAG as DEAD_LETTERS
from shared.web.dead_letters import dead_letters_router
from shared.web.personal_data import TAG as PERSONAL_DATA
from shared.web.personal_data import personal_data_router


def create_app(settings: CandidatesSettings | None = None) -> FastAPI:
    """Routes at their full paths: /v1/candidates, /v1/positions, /v1/pools, /v1/duplicates, /v1/erasures, /v1/imports."""
    settings = settings or CandidatesSettings()
    retained = settings.retention_policy  # a wrong file of rules stops the start
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="candidates api")
    health = ServiceHealth(
        "candidates",
        sessions,
        settings.kafka_bootstrap_servers,
        groups=[one.group for one in subscriptions(settings)],
        has_outbox=True,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await health.close()

    app = create_service_app(
        name="candidates",
        title="Rekindle: candidates",
        description="Who people are, and which positions there are.",
        routers=[
            dead_letters_router("candidates", subscriptions(settings)),
            personal_data_router("candidates", whole=whole_person),
            candidate_batches.router,
            matches.router,
            insights.router,
            vetting.router,
            notes.router,
            background.router,
            files.upload_router,
            files.router,
            candidates.router,
            positions.router,
            cleansing.router,
            cleansing.lists,
            honesty.router,
            pools.router,
            duplicates.router,
            erasures.router,
            retention.router,
            referrals.router,
            imports.upload_router,
            imports.router,
        ],
        settings=settings,
        lifespan=lifespan,
        checks=health.checks,
        watched=health.watched,
        measures=[*health.measures, erasure_measure(sessions, settings.erasure_services)],
        tags={
            **DEAD_LETTERS,
            **PERSONAL_DATA,
            **CLEANSING,
            "candidates": "People's records, by id or by what your systems call them.",
            "positions": "Openings.",
            "pools": "Saved searches and who is in them, by rule or by hand; alerts.",
            "duplicates": "People who may be one: with evidence, a preview of the merge, and what was decided.",
            "erasures": "People who are forgotten for good.",
            "referrals": "Who named whom for what position, thanked or not, and what came of it.",
            "retention": "How long people are kept, by rules: whose time is over, who was asked, and who goes.",
            "imports": "People from files: what would come of one, and what came of each of its rows.",
        },
        uploads=[imports.PATH],
    )
    app.state.sessions = sessions
    app.state.files = FileStore(settings.files_url)
    app.state.rates = rates_of(settings.rates)
    app.state.retention = retained
    return app

"""/v1/engagement/cleansing: people whose data is to be looked at, by what happened. Records' lists are in /v1/cleansing."""

from services.engagement.storage.cleansing import LISTS, REFERENCES
from shared.security.token_issuer import Scope
from shared.web.cleansing import cleansing_router

router = cleansing_router("/v1/engagement/cleansing", "engagement", LISTS, references=REFERENCES, scope=Scope.ENGAGEMENT_READ)

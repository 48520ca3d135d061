"""/v1/cleansing: people whose records are to be cleansed. What events say of people is in /v1/engagement/cleansing."""

from services.candidates.storage.cleansing import LISTS, REFERENCES
from shared.security.token_issuer import Scope
from shared.web.cleansing import cleansing_router

router = cleansing_router("/v1/cleansing", "candidates", LISTS, references=REFERENCES, scope=Scope.CANDIDATES_READ)

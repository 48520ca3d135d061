"""The group that makes the read models. What is counted is known by how far it has come."""

from shared.events import Topic

GROUP = "analytics.projector"
TOPICS = (Topic.ENGAGEMENT, Topic.CANDIDATES, Topic.POSITIONS, Topic.REENGAGEMENT)

"""The name of the group that makes the read models. What has been counted is told by how far it has come."""

GROUP = "analytics.projector"

"""The connectors' own tables: deliveries and what is to be posted for them, and what bodies taught."""

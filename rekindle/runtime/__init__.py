"""Running services: registry, worker, health, migrations."""

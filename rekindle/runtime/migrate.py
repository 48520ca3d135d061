"""Bring every service's database to its newest revision: `python -m rekindle.runtime.migrate`, safe to run again.

Reads the services' `*_DATABASE_URL` variables; exit status 1 with a sentence when a database cannot be brought there.
"""

import argparse
import asyncio
import os
import sys

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from rekindle.runtime.registry import SERVICES, Service
from shared.db.engine import connect, wait_until_reachable
from shared.db.migrations import migrate


async def migrate_service(service: Service) -> str:
    """Migrate one service's database, waiting for it to be reachable; returns the revision."""
    url = os.environ.get(service.database_variable)
    if not url:
        raise ValueError(f"{service.database_variable} is not set")
    sessions = connect(url, pool_size=1)
    try:
        await wait_until_reachable(sessions)
    finally:
        await sessions.close()
    return await migrate(url, service.package)


async def migrate_all() -> bool:
    """Migrate all services; prints the result of each and returns whether all went well.

    One after the other: Alembic's operations go to whichever migration of this process began last.
    """
    well = True
    for service in SERVICES:
        if not service.provides("migrations.versions"):
            continue
        try:
            print(f"{service.name}: {await migrate_service(service)}", flush=True)
        except (SQLAlchemyError, CommandError, OSError, ValueError) as error:
            print(f"{service.name}: not migrated: {error}", flush=True)
            well = False
    return well


def main() -> int:
    """Return the exit status."""
    argparse.ArgumentParser(prog="python -m rekindle.runtime.migrate", description=__doc__).parse_args()
    return 0 if asyncio.run(migrate_all()) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Private PostgreSQL and Valkey for the demo and the tests: children of this program, reached by Unix sockets only.

Nothing here is used where DATABASE_URL and REDIS_URL name real servers.
"""

from config.embedded.launcher import AlreadyRunning, Child, MissingProgram, ServiceError
from config.embedded.postgres import APPLICATION_ROLE, OWNER_ROLE, PostgresServer, postgres, prepare_database
from config.embedded.valkey import ValkeyServer, valkey

__all__ = [
    "APPLICATION_ROLE",
    "OWNER_ROLE",
    "AlreadyRunning",
    "Child",
    "MissingProgram",
    "PostgresServer",
    "ServiceError",
    "ValkeyServer",
    "postgres",
    "prepare_database",
    "valkey",
]

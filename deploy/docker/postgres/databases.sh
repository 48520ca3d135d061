#!/bin/sh
# Run once by the postgres image, on an empty volume: a database and a role for each service, each closed to the others.
set -eu

create() {
    psql -v ON_ERROR_STOP=1 -v name="$1" -v password="$2" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -c 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'
create candidates "$CANDIDATES_PASSWORD"
create engagement "$ENGAGEMENT_PASSWORD"
create analytics "$ANALYTICS_PASSWORD"
create connectors "$CONNECTORS_PASSWORD"
create gateway "$GATEWAY_PASSWORD"

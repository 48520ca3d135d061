#!/bin/sh
# Run a command with its secrets: for each NAME below, NAME_FILE may name a file that holds the value.
set -eu
for name in \
    CANDIDATES_DATABASE_URL ENGAGEMENT_DATABASE_URL ANALYTICS_DATABASE_URL CONNECTORS_DATABASE_URL GATEWAY_DATABASE_URL \
    CONNECTORS_API_TOKEN CONNECTORS_GREENHOUSE_SECRET
do
    eval "file=\${${name}_FILE:-}"
    if [ -n "$file" ]; then
        value=$(cat "$file")
        export "$name=$value"
    fi
done
exec "$@"

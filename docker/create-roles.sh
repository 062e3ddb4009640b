#!/usr/bin/env bash
# Runs once, when the database server starts on an empty volume. The owner role migrates; the web server and the workers
# sign in as the application role, which owns nothing and so cannot rewrite the audit trail.
set -euo pipefail

psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$DERMIS_OWNER_PASSWORD" --set app_password="$DERMIS_APP_PASSWORD" <<'SQL'
CREATE ROLE dermis_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE dermis_app LOGIN PASSWORD :'app_password';
CREATE DATABASE dermis OWNER dermis_owner;
REVOKE ALL ON DATABASE dermis FROM PUBLIC;
GRANT CONNECT ON DATABASE dermis TO dermis_app;
SQL

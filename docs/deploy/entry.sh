#!/bin/sh
# The database's password from its secret into a file that libpq reads: in no environment, and in no list of processes.
set -eu
umask 077
if [ -r /run/secrets/postgres_password ] && [ -n "${PGPASSFILE:-}" ]; then
  printf '*:*:*:*:%s\n' "$(sed 's/[\\:]/\\&/g' /run/secrets/postgres_password)" > "$PGPASSFILE"
fi
exec "$@"

#!/bin/sh
# Lets the standby of compose.yaml replicate, synchronously from the next start on. The image runs it once, after it has
# created the data: before, every commit would wait for a standby that is not there yet.
set -eu
echo 'host replication all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
echo "synchronous_standby_names = 'standby'" >> "$PGDATA/postgresql.conf"

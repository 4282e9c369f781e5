#!/bin/sh
# Runs a program of the project's environment, also from a shell where it is not active.
#
#   in-venv.sh PROGRAM [ARGUMENT...]
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
venv=${VENV:-$root/.venv}
if [ ! -x "$venv/bin/$1" ]; then
    echo "error: $venv has no '$1'; run: make setup-lint" >&2
    exit 1
fi
PATH="$(cd "$venv" && pwd)/bin:$PATH"
export PATH
exec "$@"

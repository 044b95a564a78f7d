#!/bin/sh
# Set up a fresh virtual environment and run the test suite in it. Words after the name go to pytest:
#   sh test.sh                    the fast suite
#   sh test.sh -m slow            the heavy tests
#   VENV=.venv sh test.sh         keep the environment in .venv instead of a temporary folder
set -eu
cd "$(dirname "$0")"

if [ -z "${VENV:-}" ]; then
    VENV=$(mktemp -d)
    trap 'rm -rf "$VENV"' EXIT
fi
python3 -m venv "$VENV"
"$VENV/bin/python" -m pip install --quiet --upgrade pip
"$VENV/bin/python" -m pip install --quiet --editable '.[dev]'
"$VENV/bin/python" -m pytest "$@"

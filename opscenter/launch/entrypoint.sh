#!/bin/sh
# What a container does: `web`, `worker`, `prepare`, or any management command.
set -eu
case "${1:-web}" in
    web) exec python -m opscenter.launch.web --host 0.0.0.0 --port "${PORT:-8000}" --server "${SERVER:-daphne}" ;;
    prepare) exec python -m opscenter.launch.preparation ;;
    *) exec python manage.py "$@" ;;
esac

# One image for web, worker and the preparation; docker-compose.yml says which is which.
FROM node:22-bookworm-slim AS frontend
WORKDIR /site/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=opscenter.settings
WORKDIR /site
COPY requirements.txt ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt
COPY manage.py ./
COPY opscenter opscenter
COPY geo geo
COPY realtime realtime
COPY incidents incidents
COPY fixtures fixtures
COPY frontend/templates frontend/templates
COPY frontend/locale frontend/locale
COPY --from=frontend /site/build/frontend build/frontend
# Compiled here: the user that runs it may not write beside the files, and would compile at every start.
RUN python -m compileall -q manage.py opscenter geo realtime incidents \
    && python -m opscenter.launch.translations \
    && useradd --system --home-dir /srv --no-create-home opscenter \
    && mkdir -p /srv/data /srv/static && chown opscenter:opscenter /srv/data /srv/static frontend/locale
USER opscenter
VOLUME ["/srv/data", "/srv/static"]
EXPOSE 8000
ENTRYPOINT ["sh", "opscenter/launch/entrypoint.sh"]
CMD ["web"]

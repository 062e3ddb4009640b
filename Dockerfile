# One image for the web server, the worker, the scheduler and the migrations: docker-compose.yml says which one it runs as.
FROM python:3.11-slim AS requirements
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin dermis \
    && mkdir /var/lib/dermis /var/lib/dermis-documents \
    && chown dermis /var/lib/dermis && chown dermis /var/lib/dermis-documents
COPY --from=requirements /opt/venv /opt/venv
WORKDIR /app
COPY . .
# Settings refuse to load without these; none of the values reaches the running program.
RUN SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgres://build@build/build REDIS_URL=redis://build \
    EMAIL_URL=consolemail:// DEFAULT_FROM_EMAIL=build@build.invalid DOCUMENTS_FOLDER=/tmp/documents \
    python manage.py collectstatic --noinput --verbosity 0
USER dermis
EXPOSE 8000
# The heartbeat file of the workers belongs in memory: on a slow disk they would be taken for hung.
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--worker-tmp-dir", "/dev/shm", \
     "--no-control-socket"]

# One image for API, worker and migrations; what it does is the argument: `api`, `worker`, `migrasi`.
FROM python:3.13-slim AS bangun

ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY requirements-uv.lock requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.lock \
    && uv venv --python /usr/local/bin/python /app/.venv \
    && uv pip install --no-cache --python /app/.venv/bin/python --require-hashes -r requirements.lock \
    && printf '/app\n' > "$(/app/.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/sinkro.pth" \
    && printf '#!/app/.venv/bin/python\nfrom sync_api.cli.sinkro import main\n\nmain()\n' > /app/.venv/bin/sinkro \
    && chmod 755 /app/.venv/bin/sinkro

FROM python:3.13-slim

ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --no-create-home --uid 10001 --shell /usr/sbin/nologin sinkro
WORKDIR /app
COPY --from=bangun /app/.venv /app/.venv
COPY alembic.ini ./
COPY migrations ./migrations
COPY ekinerja_domain ./ekinerja_domain
COPY pmm_client ./pmm_client
COPY services ./services
COPY sync_api ./sync_api
USER 10001
EXPOSE 8000
# For the API; start a worker with --no-healthcheck, it serves no HTTP.
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
ENTRYPOINT ["sinkro"]
CMD ["api", "--host", "0.0.0.0", "--port", "8000"]

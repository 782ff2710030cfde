# Two stages: the first has what building needs, the second only what running needs.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /venv
# `postgres` lacks the engine for several replicas; `observed` also has traces and error reports. Each value has a lock
# file of its own.
ARG EXTRAS=replicas
COPY requirements-${EXTRAS}.lock ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    --requirement requirements-${EXTRAS}.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY generation generation
COPY payments payments
COPY admin_page admin_page
COPY chat chat
COPY storage storage
COPY provider provider
COPY core core
COPY playground playground
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN groupadd --gid 10001 imagine \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin imagine \
    && install --directory --owner=imagine --group=imagine /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite:////data/bot.sqlite3 \
    LISTEN=0.0.0.0:8080 \
    LOG_FORMAT=json
# By number: Kubernetes can check that it is not root (runAsNonRoot).
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# /healthz at LISTEN: the process is well. Docker Swarm replaces a container that is not; compose.yaml asks /readyz.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-P", "-m", "bot.healthcheck"]
# SIGTERM is answered within ten seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["imagine-bot"]
CMD ["run"]

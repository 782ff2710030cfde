# Python 3.11.16 on Debian 13 of autumn 2026, pinned by the digest of all platforms together, amd64 and arm64 among them.
# Renew it at each release, and when Debian or Python publish a security fix. This prints the newest one:
#
#   docker buildx imagetools inspect python:3.11-slim
#
# Another base is an argument of the build: `docker build --build-arg BASE=python:3.11-slim .` follows the tag.
ARG BASE=python:3.11-slim@sha256:e41613d42d4891e4930f79523f93f81bbc7632584ec65e36ab055f41a800b41e

# What building needs stays in this stage. The image has no pip but the one of its base.
FROM ${BASE} AS build
WORKDIR /src
COPY requirements-build.lock ./
RUN python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        --requirement requirements-build.lock \
    && python -m venv --without-pip /venv
# `postgres` lacks the engine for several replicas; `observed` also has traces and error reports. Each value has a lock
# file of its own.
ARG EXTRAS=replicas
COPY requirements-${EXTRAS}.lock ./
RUN /tools/bin/pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes \
    --only-binary=:all: --requirement requirements-${EXTRAS}.lock
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
# Into a folder of its own: an upgrade that leaves the packages as they are adds only this layer.
RUN /tools/bin/pip wheel --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir /wheel . \
    && /tools/bin/pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --no-index --no-deps \
        --root /program /wheel/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="imagine-bot" \
    org.opencontainers.image.description="A Telegram bot that turns /imagine into a picture" \
    org.opencontainers.image.version="0.1.0" \
    org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 imagine \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin imagine \
    && install --directory --owner=imagine --group=imagine /data
COPY --from=build /venv /venv
COPY --from=build /program/venv /venv
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

# One image for every service of docker-compose.yml: the same locked environment as `make run` builds.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /opt/socialcare
# The index is whichever the build is given (pip's and uv's own settings): the lock names none.
RUN pip install "uv==0.13.9" && uv venv .venv
COPY requirements.lock ./
RUN uv pip sync --python .venv/bin/python --no-cache --require-hashes --compile-bytecode requirements.lock
COPY . .
RUN uv pip install --python .venv/bin/python --no-cache --no-deps --no-build-isolation --editable . \
    && uv pip check --python .venv/bin/python

FROM ${PYTHON}
RUN groupadd --gid 50000 socialcare \
    && useradd --uid 50000 --gid 50000 --no-create-home --home-dir /var/lib/socialcare socialcare \
    && for folder in archive inbox outbox extracts secrets; do \
         install -d -m 0750 -o socialcare -g socialcare /var/lib/socialcare/$folder; \
       done \
    && install -d -m 0750 -o socialcare -g socialcare /var/lib/socialcare
COPY --from=build /opt/socialcare /opt/socialcare
ENV PATH=/opt/socialcare/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SOCIALCARE_HOME=/var/lib/socialcare \
    SOCIALCARE_PROJECT_ROOT=/opt/socialcare
WORKDIR /var/lib/socialcare
USER socialcare
CMD ["socialcare", "--help"]

# Airflow with Pullhouse: the api-server, the scheduler (which runs the tasks), the dag-processor, the triggerer; the page.
ARG BASE=python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1
FROM ${BASE}

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/pullhouse \
    AIRFLOW_HOME=/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/pullhouse/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    PULLHOUSE_DATA=/data \
    TZ=UTC

# The page's lock file holds all of requirements.lock.
COPY requirements-dashboard.lock requirements-compose.lock requirements-kafka.lock /tmp/
RUN pip install --no-cache-dir --no-deps --require-hashes -r /tmp/requirements-dashboard.lock -r /tmp/requirements-compose.lock \
    -r /tmp/requirements-kafka.lock

WORKDIR /pullhouse
COPY LICENSE NOTICE pyproject.toml ./
COPY ingest ingest
COPY enrichers enrichers
COPY pipeline pipeline
COPY dashboard dashboard
COPY seeds seeds
COPY dbt_project dbt_project
COPY dags dags

# Volumes mounted here take owner and modes from these folders. The page's user has the group, not the owner.
RUN groupadd --gid 10001 pullhouse \
    && useradd --uid 10001 --gid 10001 --home-dir /airflow --shell /usr/sbin/nologin pullhouse \
    && install -d -o pullhouse -g pullhouse -m 0750 \
        /airflow /airflow/logs /airflow/private /data /maxmind /registry \
    && install -d -o pullhouse -g pullhouse -m 0700 /data/keys /data/landing /data/lake

USER 10001:10001

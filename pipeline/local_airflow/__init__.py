"""Airflow on one machine, for `make run` and `make airflow`."""

"""Law 11: what a model compiles to is SQL that Spark reads too, once sqlglot has spelled it for Spark.

What this cannot see: sqlglot drops the order inside `list(… order by …)`, hands on ASOF joins and `* replace`
as they are, and takes `list`, which keeps nulls, for Spark's `collect_list`, which drops them. So these are
looked for by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import ErrorLevel, expressions
from sqlglot.errors import SqlglotError

from tests.support.counted import Counted

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
# How DuckDB reads the lake. Another engine names its files in sources.yml, not in a model.
READ_FILES = re.compile(r"read_parquet\((?:[^()]|\([^()]*\))*\)")
# sqlglot hands a function that it does not know on as it stands. These are known to come only from
# `macros/dialect/`, where another engine gets a spelling of its own.
DISPATCHED = {"epoch_us", "isoyear", "list_median", "list_resize", "product", "to_microseconds"}


def faults(sql: str) -> Iterator[str]:
    """What keeps Spark from reading a statement that was written for DuckDB."""
    try:
        for statement in sqlglot.parse(READ_FILES.sub("files", sql), read="duckdb"):
            assert statement is not None
            statement.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE)
            for function in statement.find_all(expressions.Anonymous):
                if function.name not in DISPATCHED:
                    yield f"a function that only DuckDB may know: {function.name}"
    except SqlglotError as error:
        yield str(error).splitlines()[0]


def test_every_model_compiles_to_sql_for_spark(counted: Counted) -> None:
    compiled = counted.warehouse.settings.data / "dbt" / "target" / "compiled" / "pullhouse" / "models"
    models = {path.stem for path in (PROJECT / "models").rglob("*.sql")}
    read = {path.stem: path.read_text("utf-8") for path in compiled.rglob("*.sql") if path.stem in models}
    assert read.keys() == models
    assert {name: found for name, sql in read.items() if (found := list(faults(sql)))} == {}


def test_dispatched_functions_stand_in_the_dialect_alone() -> None:
    assert files_with(rf"\b({'|'.join(sorted(DISPATCHED))})\(") == {"macros/dialect/functions.sql"}


def test_as_of_joins_stand_in_the_dialect_alone() -> None:
    assert files_with(r"\basof\b") == {"macros/dialect/as_of.sql"}


# `* exclude`, `* replace`, and functions that make lists or take them apart.
LISTS_AND_COLUMNS = r"\*\s*(exclude|replace)\b|\b(unnest|list|flatten|struct_pack|(list|array)_(?!of\()\w+)\("
# Lambdas, sorted lists and a struct, used once each: a macro for one use would be harder to read.
LEFT = {
    "macros/median_with_zeros.sql",
    "macros/versions.sql",
    "models/intermediate/accounting/int_unmet_sessions.sql",
    "models/intermediate/environment/int_environment_evidence.sql",
    "models/intermediate/environment/int_session_environment.sql",
    "models/intermediate/installs/int_installs.sql",
    "models/intermediate/sessions/int_session_facts.sql",
}


def test_lists_and_choices_of_columns_stand_in_the_dialect_alone() -> None:
    own = {"macros/dialect/columns.sql", "macros/dialect/functions.sql", "macros/dialect/lists.sql"}
    assert files_with(LISTS_AND_COLUMNS) == own | LEFT


def files_with(pattern: str) -> set[str]:
    """Files of the dbt project, by their path in it, in which the pattern is found."""
    files = [path for path in PROJECT.rglob("*.sql") if "target" not in path.parts]
    found = [path for path in files if re.search(pattern, path.read_text("utf-8"))]
    return {path.relative_to(PROJECT).as_posix() for path in found}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select summarize_me(tag) from pulls", "only DuckDB may know: summarize_me"),
        ("select * from pulls positional join (select", "Expect"),
    ],
)
def test_what_spark_cannot_read_is_found(sql: str, said: str) -> None:
    """Planted defects: a function of DuckDB alone, and a statement that is none."""
    [fault] = faults(sql)
    assert said in fault

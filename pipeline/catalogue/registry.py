"""Ask the owner's registry, once, what each manifest is that the log names and the catalogue lacks.

Whatever the registry does, the run goes on: what could not be learned is recorded with its reason, and is
asked for again by later runs, a bounded number of times.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pandas as pd

from enrichers.manifests import manifest
from pipeline.catalogue import store
from pipeline.catalogue.registry_client import REGISTRYS_FAULT, Credentials, LookUpError, RegistryClient
from pipeline.lake.ledger import Ledger
from pipeline.process.lock import warehouse_lock
from pipeline.settings import Settings

# A digest that the registry does not have, or lies about, is asked for by so many runs, and by more where
# the registry itself was at fault.
PATIENCE = 5
PATIENCE_WITH_THE_REGISTRY = 30
# So many in a row that the registry could not answer: it is down, and the rest waits for the next run.
GIVE_UP_AFTER = 3

# The distribution specification's names and digests: anything else is no address of a manifest.
_REPOSITORY = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")
_DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})")

# A request for another registry's image (`?ns=`) is not for this one to answer. Indexes first: they tell
# the platforms of their children. Then the busiest: made-up digests must not keep real ones waiting.
_ASKED_FOR = """
    select repository, case when reference_type = 'digest' then reference else response_digest end as digest
    from read_parquet($files, hive_partitioning = false, union_by_name = true)
    where
        request_kind = 'manifest' and status between 200 and 399 and mirror_of is null
        and repository is not null and digest is not null
    group by all
    order by
        bool_or(coalesce(response_media_type, '') similar to '.*(image.index|manifest.list).*') desc,
        count(*) desc, repository, digest
"""
_CATALOGUE = """
    select repository, digest, kind, platform
    from read_parquet($files, union_by_name = true)
    order by all
"""
_FAILURES = "select digest, reason, attempts from read_parquet($files) order by attempts, reason"

Key = tuple[str, str]


@dataclass(slots=True)
class _Known:
    """What the catalogue and the failures say before this run."""

    described: set[str] = field(default_factory=set)
    platforms: dict[str, str] = field(default_factory=dict)
    children: list[Key] = field(default_factory=list)
    attempts: dict[str, int] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)


class _Budget:
    """How much one run may ask."""

    def __init__(self, requests: int, seconds: int, clock: Callable[[], float]) -> None:
        self._requests = requests
        self._clock = clock
        self._deadline = clock() + seconds
        self._faults_in_a_row = 0

    @property
    def is_left(self) -> bool:
        """Whether another question may be asked."""
        return self._requests > 0 and self._clock() < self._deadline and self._faults_in_a_row < GIVE_UP_AFTER

    def spend(self, reason: str | None) -> None:
        """One question was asked, and answered or not for this reason."""
        self._requests -= 1
        self._faults_in_a_row = self._faults_in_a_row + 1 if reason in REGISTRYS_FAULT else 0


@dataclass(slots=True)
class _Run:
    """What this run has learned so far: rows of the catalogue, and failures by digest."""

    client: RegistryClient
    budget: _Budget
    known: _Known
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)
    children: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[str, dict[str, Any]] = field(default_factory=dict)

    def ask(self, wanted: Iterable[Key]) -> None:
        """Look these manifests up, then the children that their indexes name."""
        level = list(wanted)
        while level:
            before = len(self.children)
            for repository, digest in level:
                if self.budget.is_left and not self._is_done(digest):
                    self._ask_one(repository, digest)
            level = [(child["repository"], child["digest"]) for child in self.children[before:]]

    def _is_done(self, digest: str) -> bool:
        return digest in self.known.described or digest in self.manifests or digest in self.failures

    def _ask_one(self, repository: str, digest: str) -> None:
        try:
            body = self._answer(self.client.manifest, repository, digest)
            bodies = pd.DataFrame([{"repository": repository, "digest": digest, "body": body}])
            rows, refused = manifest.describe(bodies)
            for reason in refused["reason"]:
                raise LookUpError(reason)
            own, *children = [
                dict(zip(manifest.COLUMNS, values, strict=True)) for values in rows.itertuples(index=False)
            ]
            self._complete(own)
        except LookUpError as error:
            self.failures[digest] = {
                "repository": repository,
                "digest": digest,
                "reason": error.reason,
                "attempts": self.known.attempts.get(digest, 0) + 1,
            }
        else:
            self.manifests[digest] = own
            self._learn_children(children)

    def _complete(self, own: dict[str, Any]) -> None:
        """The platform that no index has told, the configuration tells.

        Raises LookUpError where the registry could not answer now: later runs ask for both again.
        """
        if own["kind"] != "image" or own["digest"] in self.known.platforms:
            return
        try:
            config = self._answer(self.client.config, own["repository"], own["config"])
        except LookUpError as error:
            if error.reason in REGISTRYS_FAULT:
                raise
        else:
            own["platform"] = manifest.read_platform(config)

    def _learn_children(self, children: list[dict[str, Any]]) -> None:
        self.children += children
        for child in children:
            if child["platform"]:
                self.known.platforms[child["digest"]] = child["platform"]
            if child["kind"]:
                self.known.described.add(child["digest"])

    def _answer(self, ask: Callable[[str, str], bytes], repository: str, digest: str) -> bytes:
        try:
            body = ask(repository, digest)
        except LookUpError as error:
            self.budget.spend(error.reason)
            raise
        self.budget.spend(None)
        return body


def look_up(
    settings: Settings,
    credentials: Credentials | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """GET each manifest digest of the lake that the catalogue lacks, and its children, from the registry.

    `credentials` before those of the settings; without any, anonymously. Asks at most
    `registry_requests_per_run` questions within `registry_seconds_per_run`, and stops when the registry is
    down. Appends to the catalogue what was learned and what failed. Returns `wanted`, `learned` and `failed`
    (digests), `left` (not asked for yet) and `reasons` (reason → digests). No answer of a registry fails it;
    raises LedgerError for a damaged ledger, LockError when another run holds the warehouse for too long.
    Without a registry in the settings it does nothing.
    """
    if settings.registry is None:
        return {"wanted": 0, "learned": 0, "failed": 0, "left": 0, "reasons": {}}
    store.ensure(settings)
    known = _read_known(settings)
    wanted = _wanted(settings, known)
    budget = _Budget(settings.registry_requests_per_run, settings.registry_seconds_per_run, clock)
    with RegistryClient(settings.registry, credentials or _credentials(settings), sleep) as client:
        run = _Run(client, budget, known)
        run.ask(wanted)
    _write(settings, run)
    return _summary(wanted, run)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Digests that the registry was asked for in vain and that nothing has described since.

    `reasons`: the last reason → digests. `given_up`: how many of them are not asked for again.
    """

    reasons: dict[str, int]
    given_up: int


def unanswered(settings: Settings) -> Unanswered:
    """What the catalogue still lacks of what was asked for."""
    known = _read_known(settings)
    # The last row of a digest has its most attempts.
    last = {digest: reason for digest, reason, _ in _rows(_FAILURES, settings.failures.glob("*.parquet"))}
    missing = {digest: reason for digest, reason in last.items() if digest not in known.described}
    return Unanswered(dict(Counter(missing.values())), len(missing.keys() & known.given_up))


def _credentials(settings: Settings) -> Credentials | None:
    if settings.registry_username is None or settings.registry_password is None:
        return None
    return Credentials(settings.registry_username, settings.registry_password.get_secret_value())


def _read_known(settings: Settings) -> _Known:
    known = _Known()
    for repository, digest, kind, platform in _rows(_CATALOGUE, settings.manifests.glob("*.parquet")):
        if kind:
            known.described.add(digest)
        else:
            known.children.append((repository, digest))
        if platform:
            known.platforms[digest] = platform
    for digest, reason, attempts in _rows(_FAILURES, settings.failures.glob("*.parquet")):
        known.attempts[digest] = attempts
        patience = PATIENCE_WITH_THE_REGISTRY if reason in REGISTRYS_FAULT else PATIENCE
        if attempts >= patience:
            known.given_up.add(digest)
    return known


def _wanted(settings: Settings, known: _Known) -> list[Key]:
    """Digests of the log, then children of indexes; those that were asked for in vain before come last."""
    files = [settings.lake / file for load in Ledger(settings.loads).current for file in load.files]
    asked_for = [*_rows(_ASKED_FOR, files), *known.children]
    found: dict[str, Key] = {}
    for repository, digest in asked_for:
        if digest in known.described or digest in known.given_up or digest in found:
            continue
        if _REPOSITORY.fullmatch(repository) and _DIGEST.fullmatch(digest):
            found[digest] = (repository, digest)
    return sorted(found.values(), key=lambda key: known.attempts.get(key[1], 0) > 0)


def _rows(query: str, files: Iterable[Any]) -> list[tuple[Any, ...]]:
    paths = sorted(str(path) for path in files)
    if not paths:
        return []
    with duckdb.connect() as con:
        return con.execute(query, {"files": paths}).fetchall()


def _write(settings: Settings, run: _Run) -> None:
    """Under the lock, so that no build finds another catalogue than its plan did."""
    with warehouse_lock(settings):
        rows = [*run.manifests.values(), *run.children]
        store.append(settings.manifests, store.COLUMNS, rows)
        failures = list(run.failures.values())
        store.append(settings.failures, store.FAILURE_COLUMNS, failures)


def _summary(wanted: list[Key], run: _Run) -> dict[str, Any]:
    done = run.manifests.keys() | run.failures.keys() | run.known.described
    return {
        "wanted": len(wanted),
        "learned": len(run.manifests),
        "failed": len(run.failures),
        "left": sum(digest not in done for _, digest in wanted),
        "reasons": dict(Counter(failure["reason"] for failure in run.failures.values())),
    }

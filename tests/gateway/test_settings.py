"""gateway.toml: what it means, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import Redis, Settings, SettingsError, load

MAIN = '[registries.main]\nurl = "https://registry.example.com"\n'
ALL = '[repositories."*"]\nregistry = "main"\n'


def read(folder: Path, text: str) -> Settings:
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_the_example_is_good_and_says_what_is_meant(repo_root: Path) -> None:
    settings = load(repo_root / "gateway" / "gateway.example.toml")
    assert (settings.listen, settings.logs, settings.demands_tokens) == ("8080", "/logs", False)
    [rule] = settings.rules
    assert (rule.pattern, rule.first.registry.url, rule.redirect) == (
        "*",
        "https://registry.example.com",
        "blobs",
    )
    assert settings.trusted_certificates is None


def test_everything_in_the_example_that_is_commented_out_is_good_too(repo_root: Path, tmp_path: Path) -> None:
    """But the port of TLS and the seconds, which stand where they are explained."""
    lines = (repo_root / "gateway" / "gateway.example.toml").read_text("utf-8").splitlines()
    top = [line[1:] for line in lines if line.startswith(("#slow_after_s", "#check_every_s"))]
    rest = [
        line[1:] if line.startswith("#") and not line.startswith(("# ", "#slow", "#check")) else line
        for line in lines
    ]
    settings = read(tmp_path, "\n".join(top + rest))
    assert [rule.pattern for rule in settings.rules] == ["team/app", "tools/*", "*"]
    assert settings.rules[1].fallback
    assert settings.files == (("/releases/", "https://files.example.com/app/"),)
    assert (settings.certificate, settings.demands_tokens) == ("/config/tls/fullchain.pem", True)


def test_one_repository_wins_over_a_prefix_and_a_long_prefix_over_a_short_one(tmp_path: Path) -> None:
    names = ["*", "a/*", "a/b/*", "a/b", "a/b/c", "z"]
    rules = "".join(f'[repositories."{name}"]\nregistry = "main"\n' for name in names)
    patterns = [rule.pattern for rule in read(tmp_path, MAIN + rules).rules]
    assert patterns == ["a/b/c", "a/b", "z", "a/b/*", "a/*", "*"]

    ((MAIN.replace("example.com", "example/v2") + ALL, "[registries.main] url", "without a path"),)


GOOD = MAIN + ALL
WRONG = [
    ("[registries", "", "this is no TOML: "),
    (MAIN, '[repositories."*"]', "there is no table"),
    ("lisen = 1\n" + GOOD, "the top of the file", 'no setting "lisen"; there are certificate'),
    ('listen = "8080; evil"\n' + GOOD, "listen", "is not"),
    ('logs = "/logs; evil"\n' + GOOD, "logs", "is not"),
    ('user = "a b"\n' + GOOD, "user", "is not"),
    ("slow_after_s = 0\n" + GOOD, "slow_after_s", "of seconds from 1 to 600"),
    ("log_days = 0\n" + GOOD, "log_days", "of days from 1 to 3,650"),
    ('log_days = "7"\n' + GOOD, "log_days", "of days from 1 to 3,650"),
    ('certificate = "/a.pem"\n' + GOOD, "certificate", "go together"),
    (
        '[registries.main]\nurl = "https://r.example.com/v2"\n' + ALL,
        "[registries.main] url",
        "without a path",
    ),
    ('[registries.main]\nurl = "https://r.example\\n"\n' + ALL, "[registries.main] url", "without a path"),
    ('[registries.main]\nurl = "http://localhost:5000"\n' + ALL, "[registries.main]", "write 127.0.0.1"),
    ('[registries.main]\nuri = "https://r.example.com"\n' + ALL, "[registries.main]", "url is missing"),
    ('registries = "main"\n' + ALL, "registries", "must be tables"),
    (MAIN + 'token = "https://t.example.com/token"\n' + ALL, "[registries.main]", "go together"),
    (MAIN + ALL.replace("main", "mian"), '[repositories."*"]', "no registry 'mian'; there are main"),
    (GOOD + 'redirect = "some"\n', '[repositories."*"]', "is not one of none, blobs, all"),
    (GOOD + 'redirct = "all"\n', '[repositories."*"]', 'no setting "redirct"'),
    (MAIN + ALL.replace("*", "Team/app"), '[repositories."Team/app"]', "must be a repository"),
    (GOOD + 'repository = "x"\n', '[repositories."*"]', "must both end in /* or neither"),
    (GOOD + 'fallback_repository = "x/*"\n', '[repositories."*"]', "nothing without fallback"),
    (GOOD + '[clients]\nproxied = ["krane"]\n', "[clients]", 'no client "krane"; there are '),
    (GOOD + "[clients]\nredirected = ['^a\";']\n", "[clients]", "no beginning of a user agent"),
    (GOOD + "[redis]\n", "[redis]", "address is missing"),
    (GOOD + 'redis = "x"\n', '[repositories."*"]', 'no setting "redis"'),
    ('redis = "x"\n' + GOOD, "[redis]", "must be a table"),
    (GOOD + '[redis]\naddress = "r.example"\n', "[redis] address", "is not a host and a port"),
    (GOOD + '[redis]\naddress = "r.example:1"\nkey = "a\\"b"\n', "[redis] key", "is not"),
    (GOOD + '[redis]\naddress = "r.example:1"\nkeys = "a"\n', "[redis]", 'no setting "keys"'),
    (GOOD + '[files."/v2/x/"]\nurl = "https://f.example/"\n', '[files."/v2/x/"]', "outside /v2/"),
    (GOOD + '[files."/x/"]\nurl = "https://f.example/$a/"\n', '[files."/x/"] url', "is not"),
]


@pytest.mark.parametrize(("text", "place", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, place: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(tmp_path, text)
    begin = f"{tmp_path}/gateway.toml: {place}"
    lines = str(raised.value).splitlines()
    assert any(line.startswith(begin) and said.lower() in line.lower() for line in lines), lines


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = MAIN.replace("https://", "") + ALL.replace("main", "mian") + 'redirect = "x"\n'
    with pytest.raises(SettingsError) as raised:
        read(tmp_path, text)
    assert len(str(raised.value).splitlines()) == 3


def test_credentials_are_not_repeated_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        read(tmp_path, MAIN + 'authorization = "c2VjcmV0"\n' + ALL)
    assert "c2VjcmV0" not in str(raised.value)
    with pytest.raises(SettingsError) as raised:
        read(tmp_path, GOOD + '[redis]\naddress = "r.example:1"\npassword = "c2Vj cmV0"\n')
    assert "c2Vj cmV0" not in str(raised.value)


def test_routes_may_come_from_redis_alone(tmp_path: Path) -> None:
    settings = read(tmp_path, MAIN + '[redis]\naddress = "r.example:6379"\n')
    assert settings.redis == Redis("r.example", 6379, "gateway:routes", "")


def test_a_fallback_that_demands_tokens_is_refused(tmp_path: Path) -> None:
    """A client has a token for the first registry only."""
    hub = '[registries.hub]\nurl = "https://r.example"\ntoken = "https://t.example/token"\nservice = "r"\n'
    with pytest.raises(SettingsError, match='fallback: "hub" demands tokens'):
        read(tmp_path, MAIN + hub + ALL + 'fallback = "hub"\n')


def test_only_one_registry_under_its_own_names_is_transparent(tmp_path: Path) -> None:
    """There docker's ping may lead to the registry itself."""
    everything = MAIN + ALL + 'redirect = "all"\n'
    assert read(tmp_path, everything).is_transparent
    # A route of Redis may lead elsewhere a second later.
    assert not read(tmp_path, everything + '[redis]\naddress = "r.example:6379"\n').is_transparent
    for more in (
        'registry = "main"\nredirect = "blobs"',
        'registry = "main"\nredirect = "all"\nrepository = "b/c"',
    ):
        assert not read(tmp_path, f'{everything}[repositories."a/b"]\n{more}\n').is_transparent

"""What the gateway prints of nginx's error log: nothing about a client, and nothing over and over."""

from __future__ import annotations

import pytest

from gateway.messages import AGAIN_S, message, tell

STAMP = "2026/11/20 10:00:00"
OF_A_CLIENT = 'client: 198.51.100.7, server: , request: "GET /v2/ HTTP/1.1", host: "images.example.com"'
FULL = f'{STAMP} [alert] 7#7: *39 write() to "/logs/access.log" failed (28: No space left on device) while logging request, {OF_A_CLIENT}'  # noqa: E501


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            FULL,
            'requests are served and not logged: write() to "/logs/access.log" failed'
            " (28: No space left on device)",
        ),
        (
            f'{STAMP} [crit] 7#7: *3 open() "/logs/access.log" failed (13: Permission denied)'
            f" while logging request, {OF_A_CLIENT}",
            'requests are served and not logged: open() "/logs/access.log" failed (13: Permission denied)',
        ),
        (
            f"{STAMP} [crit] 7#7: *5 SSL_do_handshake() failed (SSL: bad key share) while SSL handshaking,"
            " client: 198.51.100.7, server: 0.0.0.0:443",
            "",
        ),
        (
            f"{STAMP} [alert] 7#7: worker process 9 exited on signal 11",
            "worker process 9 exited on signal 11",
        ),
        (
            f"{STAMP} [alert] 7#7: *2 [lua] redis_routes.lua:77: say(): Redis is down, context: ngx.timer",
            "Redis is down",
        ),
        (
            "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
            "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
        ),
        ("", ""),
    ],
)
def test_one_line(line: str, said: str) -> None:
    assert message(line) == said
    assert "198.51.100.7" not in said


def test_the_same_trouble_is_said_again_after_a_while() -> None:
    times = iter([0.0, 1.0, AGAIN_S - 1, AGAIN_S, AGAIN_S + 1])
    clock = {"now": 0.0}
    said: list[tuple[float, str]] = []

    def lines() -> object:
        for clock["now"] in times:
            yield FULL + "\n"

    tell(lines(), lambda text: said.append((clock["now"], text)), lambda: clock["now"])  # type: ignore[arg-type]
    assert [at for at, _ in said] == [0.0, AGAIN_S]

"""docker compose, and nginx-proxy inside its container: `nginx-1  | line`, perhaps in colours."""

from ingest.envelopes.model import TextEnvelope

COLOURS = r"(?:\x1b\[[0-9;]*m)*"

ENVELOPE = TextEnvelope(
    name="compose",
    title="docker compose (`name-1  | …`), supervisord",
    source="https://docs.docker.com/reference/cli/docker/compose/logs/",
    pattern=rf"{COLOURS}[A-Za-z0-9][A-Za-z0-9_.@-]*(?: std(?:out|err))? *{COLOURS}\|{COLOURS} ?{COLOURS}<line>",
    samples=(
        ("nginx_1     | a line", "a line", None, None),
        ("registry-1  | a line", "a line", None, None),
        # docker service logs
        ("registry_nginx.1.k3jm0o6q2p1x@node-2    | a line", "a line", None, None),
        # supervisord's stdout logger, as in Quay's container
        ("nginx stdout | a line", "a line", None, None),
        ("nginx.1    | a line", "a line", None, None),
        ("\x1b[36mnginx_1     |\x1b[0m a line", "a line", None, None),
        ("\x1b[0;33;1mnginx.1    | \x1b[0ma line", "a line", None, None),
    ),
)

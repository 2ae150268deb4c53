"""`kubectl logs --prefix`, kubetail: the pod and the container in brackets."""

from ingest.envelopes.model import TextEnvelope

ENVELOPE = TextEnvelope(
    name="kubectl",
    title="kubectl logs --prefix, kubetail",
    source="https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/",
    pattern=r"\[(?:pod/[^ \]/]+/[^ \]]+|[a-z][a-z0-9.-]*-[a-z0-9]+(?: [a-z][a-z0-9-]*)?)\] <line>",
    samples=(
        ("[pod/registry-7d9c5b6f4-x2x9q/registry] a line", "a line", None, None),
        ("[registry-7d9c5b6f4-x2x9q nginx] a line", "a line", None, None),
    ),
)

"""`kubectl logs --prefix`: the pod and the container in brackets."""

from ingest.envelopes.model import TextEnvelope

ENVELOPE = TextEnvelope(
    name="kubectl",
    title="kubectl logs --prefix",
    source="https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/",
    pattern=r"\[pod/[^ \]/]+/[^ \]]+\] <line>",
    samples=(("[pod/registry-7d9c5b6f4-x2x9q/registry] a line", "a line", None, None),),
)

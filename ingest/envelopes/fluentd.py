"""Fluent Bit's file output: `tag: [time, {record}]`."""

from ingest.envelopes.model import TextEnvelope

ENVELOPE = TextEnvelope(
    name="fluent-bit-file",
    title="Fluent Bit's file output",
    source="https://docs.fluentbit.io/manual/pipeline/outputs/file",
    pattern=r"[^ :\[{]+: \[<time>, <line>\]",
    time=r"[0-9]{1,11}\.[0-9]{1,9}",
    begins=r"\{",
    samples=(('kube.nginx: [1792483200.000000, {"log":"x"}]', '{"log":"x"}', "1792483200.000000", None),),
)

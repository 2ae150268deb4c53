"""A time in front: a CloudWatch export, `docker logs -t`, `kubectl logs --timestamps`, `aws logs tail`."""

from ingest.envelopes.model import TextEnvelope
from ingest.times import STAMP, SYSLOG_STAMP

ENVELOPE = TextEnvelope(
    name="timestamp",
    title="a time in front (CloudWatch export, docker logs -t, kubectl logs --timestamps, Grafana, svlogd, s6-log, ts)",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html",
    pattern=r"(?:[0-9]{13,19}\t)?<time>[ \t]<line>",
    time=rf"(?:{STAMP}|{SYSLOG_STAMP}|@[0-9a-f]{{24}})",
    samples=(
        ("2026-10-20T08:12:00.400Z a line", "a line", "2026-10-20T08:12:00.400Z", None),
        # What Grafana downloads: milliseconds and ISO; svlogd below GitLab's registry
        ("1792483920400\t2026-10-20T08:12:00.400Z\ta line", "a line", "2026-10-20T08:12:00.400Z", None),
        ("2026-10-20_08:12:00.40012 a line", "a line", "2026-10-20_08:12:00.40012", None),
        # ts (moreutils)
        ("Oct 20 08:12:00 a line", "a line", "Oct 20 08:12:00", None),
        ("@400000006ad5c5ca18000000 a line", "a line", "@400000006ad5c5ca18000000", None),
        ("2026-10-20T08:12:00.123456789+02:00 a line", "a line", "2026-10-20T08:12:00.123456789+02:00", None),
    ),
)

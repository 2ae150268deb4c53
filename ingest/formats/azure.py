"""Azure's resource logs of Front Door and of Application Gateway, as a diagnostic setting writes them to storage."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="azure",
    title="Azure Front Door, Application Gateway",
    source="https://learn.microsoft.com/en-us/azure/frontdoor/monitor-front-door-reference",
    pointers={
        "time": ("/time", "/timeStamp"),
        "remote_addr": ("/properties/clientIp", "/properties/clientIP"),
        "method": ("/properties/httpMethod",),
        # Application Gateway has the query apart, and the path before it was rewritten.
        "request_uri": ("/properties/originalRequestUriWithArgs", "/properties/requestUri"),
        "args": ("/properties/requestQuery",),
        "status": ("/properties/httpStatusCode", "/properties/httpStatus"),
        "bytes_sent": ("/properties/responseBytes", "/properties/sentBytes"),
        "user_agent": ("/properties/userAgent",),
        "host": ("/properties/hostName", "/properties/originalHost", "/properties/host"),
        "request_id": ("/properties/trackingReference", "/properties/transactionId"),
    },
    marks=("method", "request_uri", "status"),
    samples=(
        (
            '{"time":"2026-10-20T08:44:00.400Z","category":"FrontDoorAccessLog","properties":{"trackingReference":'
            '"0p4crXgAAAABgMq5aIpu0","httpMethod":"GET","httpVersion":"2.0.0.0","requestUri":'
            '"https://registry.example.com:443/v2/acme/app/manifests/1.0","requestBytes":"710","responseBytes":"1600",'
            '"userAgent":"containerd/v1.7.21","clientIp":"192.0.2.20","clientPort":"52097","socketIp":"198.51.100.7",'
            '"timeTaken":"0.012","httpStatusCode":"200","httpStatusDetails":"200","hostName":"registry.example.com"}}',
            {
                "logged_at": "2026-10-20T08:44:00.400",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "https://registry.example.com:443/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "user_agent": "containerd/v1.7.21",
            },
        ),
        (
            '{"timeStamp":"2026-10-20T08:44:00+00:00","operationName":"ApplicationGatewayAccess","properties":{'
            '"instanceId":"appgw_2","clientIP":"192.0.2.20","clientPort":45057,"httpMethod":"GET",'
            '"originalRequestUriWithArgs":"\\/v2\\/","requestUri":"\\/v2\\/","requestQuery":"","userAgent":"docker\\/27.3.1",'
            '"httpStatus":200,"httpVersion":"HTTP\\/1.1","receivedBytes":184,"sentBytes":466,"timeTaken":0.034}}',
            {
                "remote_addr": "192.0.2.20",
                "request_uri": "/v2/",
                "status": 200,
                "user_agent": "docker/27.3.1",
            },
        ),
    ),
)

"""What an operator's name suggests of its network: a kind, or a trade that has networks for itself only."""

from __future__ import annotations

import re

# First match wins. Low confidence: names caught 225 of 776 known hosting networks, and put 87 of them among
# ISPs. That is why the seeds come first and `unknown` is common.
NAME_RULES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("nren", r"\bnren\b|research (and|&) education|(academic|research) network"),
        (
            "education",
            r"\buniversi\w*|\bcolleges?\b|\bschools?\b|\bpolyte\w*|institute of technology|hochschule"
            r"|\bacadem(y|ia)\b|\becole\b|\bescuela\b",
        ),
        (
            "government",
            r"\bgovernment\b|\bminist(ry|erio|ere|erium)\b|\b(department|dept\.?|state|county|city) of\b"
            r"|\bfederal\b|\bbundes\w+|\bmunicipal\w*",
        ),
        (
            "hosting",
            r"\b(web)?host(ing|er|s)?\b|\bdata ?cent(er|re)s?\b|\b(dedicated|virtual) servers?\b|\bvps\b"
            r"|\bcolo(cation)?\b|\bservers?\b|\bcloud\b",
        ),
        ("mobile_isp", r"\bmobile?\b|\bwireless\b|\bcellular\b|\bgsm\b"),
        (
            "isp",
            r"tele[ck]o\w*|\btelefon\w*|\bcom(m)?unica\w*|\bbroadband\b|\bcable\b|\bfib(er|re|ra)\b"
            r"|\binternet\b|\bisp\b|\bprovedor\w*|\bnetworks?\b",
        ),
    )
)

# A trade whose members have networks of their own and none to let. Said only of a name without any word of
# those who do: an insurer with "Telecom" in its name is left alone.
TRADE = re.compile(
    r"\b(?:bank|banque|banco|banca|banka|bankasi|bancorp|bancshares|sparkasse|landesbank|insurance|assurances?"
    r"|assicurazioni|versicherung\w*|seguros|sigorta|reinsurance|pharma|pharmaceuticals?|biosciences"
    r"|automotive|automobiles?|motors|airlines?|airways|air lines|aerospace|aircraft|steel|petroleum"
    r"|chemicals?|cement|brewery|breweries|beverages?|foods?|dairy|tobacco|cosmetics|apparel|footwear"
    r"|furniture|supermarkets?|department stores|hospitals?|clinics?|klinikum|health ?care|health system"
    r"|medical cent(?:er|re)|semiconductors?|shipbuilding|shipyards?|law firm|attorneys|brokerage"
    r"|asset management|wealth management|capital management|credit union|stock exchange"
    r"|securities exchange)\b"
)
NOT_TRADE = re.compile(
    r"tele|com+unica|net\b|network|host|data|cloud|server|cable|fib(?:er|re|ra)|broadband|wireless|wi ?fi"
    r"|internet|online|mobile|cellular|\bisps?\b|\bvpn|proxy|web|digital|cyber|\bcomm?s?\b|media|radio|\btv\b"
    r"|vision|connect|link|\bleas|\brent|estate|property|properties|universi|college|school|institut|academ"
    r"|sat\b|tecno|united nations|organi[sz]ation|government|minist|federal|city of|county|state of|smart"
    r"|satellite|\bcolo|infra|tech|\bit\b|\bip\b|\bas\d|system|software|solutions|provider|hotel|resort"
    r"|student|apartment|housing|village|communit|municipal|electric|power|energy|utilit|cooperative|phone"
    r"|exchange point|peering|\bix\b|stadtwerke"
)


def type_by_name(operator: object) -> str:
    """What the operator's name suggests; "unknown" where it suggests nothing."""
    if not isinstance(operator, str):
        return "unknown"
    return next((kind for kind, pattern in NAME_RULES if pattern.search(operator)), "unknown")


def trade_of(text: str) -> bool:
    """Whether a name (words in lower case) tells a trade that runs networks for itself, and nothing else."""
    return bool(TRADE.search(text)) and not NOT_TRADE.search(text)

"""What an operator's name suggests of its network: a kind, or a trade that has networks for itself only."""

from __future__ import annotations

import re

# First match wins. Low confidence: names caught 225 of 776 known hosting networks, and put 87 of them among
# ISPs. That is why the seeds come first and `unknown` is common.
NAME_RULES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "nren",
            r"\bnren\b|research (and|&) education|(academic|research|education(al)?) network"
            # In "China Next Generation Internet CERNET2" the word "internet" says nothing of an ISP.
            r"|\bcernet2\b|\bcstnet\b",
        ),
        (
            "education",
            r"\buniversi\w*|\bcolleges?\b|\bschools?\b|\bpolyte\w*|institute of technology|hochschule"
            r"|\bacadem(y|ia)\b|\becole\b|\bescuela\b",
        ),
        (
            "government",
            r"\bgovernment\b|\bminist(ry|erio|ere|erium)\b|\b(department|dept\.?|state|county|city) of\b"
            r"|\bfederal\b(?! credit union)|\bbundes\w+|\bmunicipal\w*"
            # Parliaments, courts and police; their staff's credit unions are banks.
            r"|\b(parliament|senate|house of (representatives|commons|lords)|supreme court"
            r"|police (department|service)|(state|national|royal \w+|regional) police)\b"
            r"(?!.*\b(credit|savings)\b)",
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

# Trades whose members have networks of their own and none to let, in the languages of the AS table. Said only
# of a name without any word of those who do: an insurer with "Telecom" in its name is left alone.
_TRADES = (
    # Banks, funds, brokers
    r"bank|banque|banco|banca|banka|bankas|bankasi|bancorp|bancshares|bancaire|pank|pankki",
    r"(?!bur|mill|river|food|data|power)[a-z]{3,}bank(?:asi?)?|\w*sparkasse\w*|sparebank\w*|volksbank\w*",
    r"raiffeisen(?:bank|landesbank|kasse)\w*|bausparkasse\w*|cass[ae] (?:di risparmio|rurale|depositi)",
    r"caja rural|caisse d epargne|credit (?:agricole|mutuel|union|unions)|savings and loan|mortgages?",
    r"microfinance|securities|brokerage|stockbrok\w+|hedge fund|private equity|venture capital",
    r"menkul degerler|(?:asset|wealth|capital|investment|fund|portfolio) management",
    r"capital (?:partners|markets|advisors)|investment (?:advisors|advisers|managers|partners|trust)",
    r"stock exchange|securities exchange|payments|bolsa de valores|pensions?|pensionskasse\w*",
    r"pensioenfonds\w*|depository trust|factoring|bursa efek",
    # Insurers
    r"insurances?|assurances?|assicurazioni|\w*versicherung\w*|seguros|seguradora|aseguradora|sigorta",
    r"reinsurance|osiguranje|zavarovalnica|pojistovna|poistovna|biztosito|asigurari|zastrahovatel\w*",
    r"strakhov\w*|towarzystwo ubezpieczen|forsakring\w*|forsikring\w*|\w*verzekering\w*|vakuutus\w*",
    r"asuransi|emeklilik|mutuelles?|underwriters|casualty|kindlustus|draudimas|\w*krankenkasse\w*",
    r"health plan|blue cross",
    # Carmakers, airlines, shipping, freight
    r"automotive|automobiles?|automoviles|automobil\w*|motors|motor company|autohaus|otomotiv|car rental",
    r"trucks|tyres?|tires|airlines?|airways|air lines|aerolineas|linhas aereas|lineas aereas|havayollari",
    r"aerospace|aircraft|aerostructures|shipbuilding|shipyards?|shipping|maritime|cruises|freight|trucking",
    r"logistics|logistik|logistica|logistique|spedition\w*|forwarding|cargo|railroad|locomotives?",
    # Medicine
    r"pharma|pharmaceuticals?|pharmac(?:y|ies)|\w*farmaceut\w*|farma|biosciences|biopharma\w*|biomedical",
    r"biologics|biotherapeutics|therapeutics|genomics|oncology|diagnostics|laboratoires|medical devices?",
    r"ilac|apotheke\w*|drogerie\w*|orthopa?edics?|radiology|surgical|veterinary|pediatrics|dental",
    r"health(?: inc| llc| corp(?:oration)?)?$|hospitals?|clinics?|klinikum|health ?care|health systems?",
    r"medical cent(?:er|re)|medical group",
    # Industry and mining
    r"steel|stahl\w*|aceros|siderurg\w*|aluminium|aluminum|metallurg\w*|foundry",
    r"gold (?:mines?|mining|fields)|mines|mineracao|petroleum|petroleos?|petrochemicals?|petrokimya",
    r"refiner(?:y|ies)|oil|oilfield|drilling|lng|chemicals?|chemie|quimica|plastics?|kunststoff\w*|rubber",
    r"paints?|coatings?|fertili[sz]ers?|cement\w*|cimento|concrete|ceramics?",
    r"glass (?:corp|company|europe|works)|timber|lumber|paper|papier\w*|packaging|textiles?|tekstil",
    r"garments?|castings|shoes?|carpets?|flooring|furnishings|yachts|bicycles|chocolates?|winery|vineyards",
    r"pizza|machinery|maschinenbau|maschinenfabrik|werkzeug\w*|manufacturing|manufacturers?|bearings|pumps",
    r"valves|elevators?|turbines|semiconductors?|instruments|sensors|appliances|hydraulics|foods?",
    r"beverages?|bebidas|brewery|breweries|brewing|brauerei\w*|wines?|distiller\w+|coffee|dairy",
    r"molkerei\w*|meats?|bakery|bakeries|sugar|seafood|poultry|seeds|agro\w*|agricola|tobacco|cosmetics",
    r"apparel|footwear|clothing|fashion|eyewear|jewel\w+|furniture|mobel\w*|moebel\w*|toys",
    # Shops, building, professions, games of chance, print
    r"supermarkets?|supermercados?|hypermarkets?|department stores|stores|retail|retailers?|grocer\w*",
    r"baumarkt|cinemas|theat(?:er|re)s|travel|auctions?|auctioneers|uniforms|roofing|paving|odeme",
    r"restaurants?|construction (?:co|company|corp|group|inc|limited|llc|ltd)|builders|homebuilders",
    r"hochbau|architects?|architekten|law firm|law offices?|attorneys|solicitors|rechtsanwalt\w*",
    r"rechtsanwaelte|abogados|advogados|advokat\w*|accountants|wirtschaftsprufung\w*",
    r"wirtschaftspruefung\w*|steuerberat\w*|staffing|casinos?|lotter(?:y|ies)|lotto|betting|sportsbook",
    r"publishing (?:house|company|co)|publishers|verlag|newspapers?|editorial",
)
TRADE = re.compile(rf"\b(?:{'|'.join(_TRADES)})\b")
NOT_TRADE = re.compile(
    r"tele|com+unica|komunika|net\b|netz|network|host|data|cloud|server|cable|kabel|fib(?:er|re|ra)"
    r"|broadband|wireless|wi ?fi|internet|online|mobile|cellular|\bisps?\b|\bvpn|proxy|web|digital|cyber"
    r"|\bcomm?s?\b|media|radio|\btv\b|vision|connect|link|\bleas|\brent|estate|property|properties|universi"
    r"|college|school|institut|academ|sat\b|tecno|united nations|organi[sz]ation|government|minist"
    r"|federal(?! credit)|city of|county|state of|smart|satellite|\bcolo|infra|tech|\bit\b|\bip\b|\bas\d"
    r"|system|software|solutions|provider|hotel|resort|student|apartment|housing|village|communit|municipal"
    r"|electric|power|energ|utilit|cooperativ[ae]\b|phone|long distance|racks?\b|(?:giga|mega)bit|studio"
    r"|telc|[a-z]com\b(?! credit union)|[a-z](?:tel|fon)\b|exchange point|peering|\bix\b|stadtwerke"
    r"|authority|council|\bwater\b|svyaz|sviaz|\bseti\b|iletisim|bilisim|ertebat|inform[ae]ti|\binfo|comput"
    r"|crypto|bitcoin|blockchain|\bhash|domain|\bdns\b|registr|registry|voice|voip|stream(?!line)|gaming"
    r"|games?\b|\bcdn\b|carrier|transit|tower|gateway|virtual|security(?! bank| islami| mutual| insurance)"
    r"|hub\b|labs?\b|\btrading as\b|agency|commission|department|office of|capitol\b|register of"
    r"|pension (?:service|fund of)|versicherungsanstalt|sozialversicherung|cent(?:er|re) for"
    r"|state publishing|institu+t|goverment|pesquisa|kassan|museum|library|foundation|society|airport"
    r"|individual|entrepreneur|consult"
    # A street address in the place of a name; the smallest firms of Brazil: those with an AS are ISPs.
    r"|^\d{3,} |\b\d+ (?:\w+ )*(?:street|road|floor)\b|\beirelli?\b|\bepp$|\bme$|\bltda me\b"
)


def type_by_name(operator: object) -> str:
    """What the operator's name suggests; "unknown" where it suggests nothing."""
    if not isinstance(operator, str):
        return "unknown"
    return next((kind for kind, pattern in NAME_RULES if pattern.search(operator)), "unknown")


def trade_of(text: str) -> bool:
    """Whether a name (words in lower case) tells a trade that runs networks for itself, and nothing else."""
    return bool(TRADE.search(text)) and not NOT_TRADE.search(text)

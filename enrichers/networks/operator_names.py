"""Whose network it is by the operator's name: the known operators (a seed), then what a name suggests.

A name is compared without its legal form and without words that companies add for a part of themselves
("Services", "Europe", "Information Technology"): "Wal-Mart Stores, Inc." is the operator `wal mart stores`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from enrichers.networks.name_rules import trade_of, type_by_name
from enrichers.reference.seeds import read_seed

# Legal forms, and what stands for a part of a company: none of these says whose network it is.
_LEGAL_FORMS = (
    "inc incorporated corp corporation co company companies ltd limited llc lllp llp lp plc gmbh mbh ag"
    " kg kgaa se sa sas sarl spa srl sl slu nv bv ab asa as oy oyj aps kk pty pte pvt private sdn bhd"
    " berhad tbk pt jsc pjsc ojsc cjsc ooo zao oao sp zoo aktiengesellschaft na the of and"
    " aktiebolag anonim anonima anonyme association cv dd doo dooel ead ec ehf eireli eood fze fzco"
    " gesellschaft gie hf joint kft lda limitada ltda national nyrt ohg ood pao pjs psc public"
    " sasu sca sia sirketi snc sociedad sociedade societe spolka akcyjna sprl sro stock tao tas uab wll"
    " zrt"
)
_PARTS = (
    "group groupe holding holdings international global worldwide services service shared systems"
    " information technology technologies technical operations industries enterprise enterprises"
    " business center centre headquarters research development engineering management corporate digital"
    " administration branch office manufacturing production products sales distribution logistics retail"
    " processing procurement trading finance financial investment investments solutions consulting it"
    " central eastern western northern southern north south east west middle do de del"
)
_PLACES = (
    "us usa uk america americas american europe european emea asia pacific apac africa latin latam baltic"
    " nordic benelux iberia argentina australia austria bahrain bangladesh beijing belgium brasil brazil"
    " bulgaria canada chile china colombia croatia cyprus czech danmark denmark deutschland ecuador egypt"
    " espana estonia finland france germany greece hellas hk hong hrvatska hungary iceland india"
    " indonesia ireland israel italia italy japan jordan kenya kingdom kong korea kuwait latvia lebanon"
    " lithuania luxembourg malaysia mexico morocco nederland netherlands new nigeria norge norway oman"
    " osterreich pakistan panama peru philippines poland polska portugal qatar republic romania rus"
    " russia saudi arabia schweiz serbia shanghai singapore slovakia slovenia spain srbija sri lanka"
    " states suisse suomi sverige sweden switzerland taiwan thailand tokyo turkey turkiye ukraine united"
    " uruguay venezuela vietnam zealand"
)
# Letters that belong together without their dots and blanks: "S.p.A.", "S. A.", "A/S".
_SPELLED = re.compile(r"\b(?:[a-z][./ ]+){1,3}[a-z]\b(?:\.(?=\s|$|,))?")
_MEXICAN = re.compile(r"\bs\.? de r\. ?l\.(?: de c\.? ?v\b\.?)?")
# "EXAMPLE-AP - Example Ltd", "AS64500 - Example Ltd", "EXAMPLE-AS Example Ltd".
_HANDLE = re.compile(r"^(?:\S+ - |\S+-AS(?:n?\d*)(?:-\S*)?\s|AS-\S+\s)\s*(?=\S)", re.IGNORECASE)
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())
PLACES = frozenset(_PLACES.split())
OF_A_PART = LEGAL_FORMS | PLACES | frozenset(_PARTS.split())


@dataclass(frozen=True, slots=True)
class Operator:
    """What a name says: the kind of network; the company where it is one's own, how sure, and how found."""

    network_type: str
    company: str | None = None
    company_confidence: str | None = None
    company_method: str | None = None


UNKNOWN = Operator("unknown")


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case without accents and punctuation; "&" and "+" read "and"."""
    text = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"[&+]", " and ", text.replace("ø", "o").replace("ł", "l").replace("'", " "))
    text = _SPELLED.sub(_join, _MEXICAN.sub("srl", text))
    return tuple(re.findall(r"[a-z0-9]+", text))


@lru_cache(maxsize=1 << 17)
def operator_of(name: str) -> Operator:
    """What an operator's name says.

    First the known operators, then what a name suggests; where it suggests nothing, a trade that has networks
    for itself makes it a business under its own name ("low": nobody has looked at this one).
    """
    holder = holder_of(name)
    known = known_operator(name) or known_operator(holder) or known_operator(holder.rpartition(" - ")[2])
    if known:
        return known
    suggested = type_by_name(name)
    if suggested == "unknown" and trade_of(" ".join(words_of(name))):
        return Operator("business", holder, "low", "trade_name")
    return Operator(suggested)


def holder_of(name: str) -> str:
    """The holder's own name, without the handle of the network that some registries write before it."""
    first, _, last = name.partition(" - ")
    return last if first == last else _HANDLE.sub("", name)


def known_operator(name: object) -> Operator | None:
    """The known operator of that name (seeds/operator_names.csv, seeds/listed_companies.csv), or None."""
    words = words_of(name) if isinstance(name, str) else ()
    found = _known(words)
    while found is None and len(words) > 1 and words[0] in LEGAL_FORMS:
        words = words[1:]
        found = _known(words)
    return found


def _known(words: tuple[str, ...]) -> Operator | None:
    for length in range(len(words), 0, -1):
        found = _names().get(words[:length])
        if found and (found[1] or all(word in OF_A_PART for word in words[length:])):
            return found[0]
    return None


def _join(found: re.Match[str]) -> str:
    joined = re.sub(r"[^a-z]", "", found[0])
    return f"{joined} " if joined in LEGAL_FORMS or joined in PLACES else found[0]


@cache
def _names() -> dict[tuple[str, ...], tuple[Operator, bool]]:
    """Words of each known name → (operator, whether any words may follow)."""
    listed = {
        words_of(row["name"]): (_operator("business", row["company"]), False)
        for row in read_seed("listed_companies")
    }
    return listed | {
        words_of(row["name"]): (_operator(row["network_type"], row["company"]), row["match"] == "start")
        for row in read_seed("operator_names")
    }


def _operator(network_type: str, company: str) -> Operator:
    return Operator(network_type, company, "medium", "known_name") if company else Operator(network_type)

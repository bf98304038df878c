"""The English forms of questions that counting answers.

A blank stands for any white space, round brackets only group, and a name in braces is a piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from longread.answering.captions import NUMBER
from longread.answering.phrases import MARK, SIGNS
from longread.forms import expression
from longread.part_names import QUOTATION, TEXT_WORD

_PIECES = {
    "AUX": "(is|are|was|were|do|does|did|has|have|had)",
    "NOT": "((do|does|did|is|are|was|were) not|don['’]t|doesn['’]t|didn['’]t|isn['’]t|aren['’]t)",
    "STANDS": "({EXPRESSLY} )?(been |be |gets? )?(mentioned|named|referred to|repeated|occurs?|"
    "occurred|appears?|appeared)",
    "EXPRESSLY": "(explicitly|expressly|actually|directly|ever)",
    "HOLDS": "(mentions?|refers? to)",
    "TEXT": f"({TEXT_WORD}|author|work|file)",
    "TIMES": "how (many times|often|frequently)",
    "OFTEN": "(often|frequently|times|frequent|common)",
    "HITS": "(occurrences?|mentions?|appearances?|instances?)",
    "UNIT": "(?P<unit>chapters?|(sub)?sections?|pages?|parts?|paragraphs?|sentences?|lines?|words?|"
    "{WORKS})",
    "PLACES": "(?P<unit>chapters?|(sub)?sections?|pages?|parts?|{WORKS})",
    "PROSE": "(?P<unit>sentences?|paragraphs?)",
    "DIVISION": "(?P<division>parts|volumes|books|acts|scenes|cantos|letters)",
    "WORKS": "(story|stories|tales?|poems?|essays?)",
    "ELEMENT": "(?P<element>words?|sentences?|lines?|paragraphs?)",
    "WHAT": "(?P<what>.+?)",
    "WORDING": f"(?P<what>({MARK} (?!(in|on|of)\\b)|(the )?{QUOTATION}).*?)",
    "QUOTED": QUOTATION,
    "UTTER": "(say|said|use|used|utter|uttered|repeat|repeated|shout|shouted|exclaim|exclaimed)",
    "SAYING": f"(?P<what>{MARK} (?!of\\b).+?|(the )?{QUOTATION})",
    "SIGNS": f"(?P<signs>{'|'.join(SIGNS)})",
    "OTHER": "(?P<other>.+?)",
    "END": "(?P<end>first|last)",
    "SIZE": "(?P<size>longest|shortest)",
    "MOST": "(?P<most>most|least|fewest)",
    "NTH": "(second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\\d+(st|nd|rd|th))",
    "MANY": "(?P<many>\\d+|two|three|four|five|six|seven|eight|nine|ten|twenty|few|couple of)",
    "EDGE": "(?P<edge>first|last|opening|closing|final|penultimate|second[- ]to[- ]last|{NTH})",
    "SHOW": "(list|show|find|give|name|print|quote|what (is|are))( me| out)?",
}
"""What the forms below are made of."""

_PIECES["WITHIN"] = (
    "( ?,? ((in|within|on|throughout|across|over|from|(?P<side>before|after|up to|until)) "
    "(?P<within>.+?)|(?P<among>between .+?)))?"
)
_PIECES["CAPTIONED"] = f"(the )?(?P<captioned>table|tab\\.?|figure|fig\\.?) ?(?P<number>{NUMBER})"
_PIECES["OF"] = "( (of|in|for) (?P<within>.+?))?"
_PIECES["WHERE"] = "(where( in (the|this) {TEXT})?|when|(in|on|at) (which|what) {PLACES})"
_PIECES["THERE"] = (
    "( are there| there are| are| does (the|this) {TEXT} have| has (the|this) {TEXT})?"
)
_PIECES["ITSELF"] = "((the|this) {TEXT}|this)"
_PIECES["PASSAGES"] = "{SHOW} (all|every|each)( the)? (places?|passages?|pages?)"
_PIECES["COUNT"] = "(count( of)?|how many|(what is )?(the )?(total )?number of)( all)?( the)?"

_PIECES_OF_WORDINGS = _PIECES | {
    "STANDS": "(been |be )?(found|used|written|comes? up|turns? up|shows? up)",
    "HOLDS": "(names?|contains?|uses?|says?|has|have)",
    "HITS": "uses",
    "WHAT": _PIECES["WORDING"],
}
"""Pieces that fit a pump and a letter as well, and are taken only of what is called a word or
stands in quotation marks."""

_FORMS = (
    ("first/last", "{WHERE} {AUX} {WHAT} (for the )?{END}( time)? {STANDS}{WITHIN}"),
    ("first/last", "{WHERE} {AUX} {WHAT} {STANDS} (for the )?{END}( time)?{WITHIN}"),
    ("first/last", "((where|what) is )?(the )?{END} {HITS} of {WHAT}{WITHIN}"),
    ("first/last", "(which|what) {PLACES} {END} {HOLDS} {WHAT}"),
    ("first/last", "(which|what) {PLACES} {HOLDS} {WHAT} {END}"),
    ("first/last", "(which|what) {PLACES} {AUX} {WHAT} {STANDS} in {END}"),
    ("first/last", "(which|who|what)( word| name| character| person)?( is| was)?( {STANDS})? {END}"
                   "( {STANDS})? ?[,:] {WHAT},? or {OTHER}"),
    ("first/last", "(what|which) is the {END} {PLACES} ((that|which|to) )?{HOLDS} {WHAT}"),
    ("first/last", "(what|which) is the {END} {PLACES} (where|in which|on which) {WHAT} (is )?"
                   "{STANDS}"),
    ("each", "{TIMES} {AUX} {WHAT} {STANDS} (per|by|(in|for|on) (each|every)) {PLACES}"),
    ("together", "{TIMES} {AUX} {WHAT} {STANDS} (together|in the same {PROSE}){WITHIN}"),
    ("together", "{WHERE} {AUX} (both )?{WHAT} (both )?{STANDS} together"),
    ("together", "{WHERE} {AUX} both {WHAT} {STANDS}"),
    ("together", "{WHERE} {AUX} {WHAT} both {STANDS}"),
    ("together", "(which|what|how many) {PLACES} {AUX} {WHAT} both {STANDS} (in|on)"),
    ("together", "(how many|which|what) {PLACES} {HOLDS} both {WHAT}"),
    ("count", "{TIMES} {AUX} (the|this) {TEXT} {HOLDS} {WHAT}{WITHIN}"),
    ("count", "{TIMES} {AUX} {WHAT} {STANDS}{WITHIN}"),
    ("count", "{TIMES} (do|does|did|has|have) (?P<speaker>.+?) {UTTER} {SAYING}{WITHIN}"),
    ("count", "{TIMES} {AUX} {SAYING} (been )?(said|used|uttered|spoken|repeated)"
              " by (?P<speaker>.+?)"),
    ("count", "(count )?{TIMES} (?!{AUX} ){WHAT} ({AUX} )?{STANDS}{WITHIN}"),
    ("count", "({COUNT} )?{HITS} of {WHAT}{THERE}{WITHIN}"),
    ("count", "how many {SIGNS}{THERE}{WITHIN}"),
    ("count", "how many {SIGNS} (does|do|has|have) (?P<within>.+?)( have| contain| use)?"),
    ("count", "how many (?P<signs>question)s (is|are|was|were|does|has) (asked|(the|this) {TEXT} "
              "ask|(the|this) {TEXT} asked){WITHIN}"),
    ("most", "(which|what) {PLACES} (has|have|contains?|uses?) (the )?{MOST} {SIGNS}"),
    ("count", "(is|are|was|were) {WHAT} ({EXPRESSLY} )?(mentioned|referred to)"
              "( at all| anywhere)?{WITHIN}"),
    ("count", "(does|do|did) {WHAT} ({EXPRESSLY} )?appear (in|on|before|after) (?P<within>.+)"),
    ("count", "(does|do|did) {WORDING} ({EXPRESSLY} )?(occur|appear|come up)"
              "( at all| anywhere)?{WITHIN}"),
    ("count", "(is|are) {WORDING} ({EXPRESSLY} )?((used|found)( at all| anywhere)?{WITHIN}"
              "|(in|on) (?P<part>.+))"),
    ("count", "(does|do|did) (?P<within>.+?) ({EXPRESSLY} )?(mention|refer to) {WHAT}"),
    ("count", "(does|do|did) (?P<within>.+?) ({EXPRESSLY} )?(contain|use|have) {WORDING}"),
    ("absent", "(in|on) (which|what|how many) {PLACES} {AUX} {WHAT} (not|never) {STANDS}"),
    ("absent", "(in|on) (which|what|how many) {PLACES} is {WHAT} (absent|missing)"),
    ("absent", "(which|what|how many) {PLACES} ({NOT}|never) ({HOLDS}|mention|contain|use) {WHAT}"),
    ("most", "(in )?(which|what) {PLACES} (({AUX}|{HOLDS}) )?{WHAT} ({STANDS} )?(the )?"
             "{MOST}( {OFTEN})?( {STANDS})?"),
    ("most", "(which|what) {PLACES} (has|have|contains?) (the )?{MOST} {HITS} of {WHAT}"),
    ("places", "{WHERE} {AUX} {WHAT} {STANDS}{WITHIN}"),
    ("places", "(in |on )?how many {PLACES} {AUX} {WHAT} {STANDS}"),
    ("places", "(which|what|how many) {PLACES} {HOLDS} {WHAT}"),
    ("places", "(which|what|how many) {PLACES} {AUX} {WHAT} {STANDS} (in|on)"),
    ("places", "where (is|are) {WORDING}"),
    ("places", "where (does|do) (it|(the|this) {TEXT}) (say|mention) {WORDING}"),
    ("places", "where (can|do) (i|we|you) find {WHAT} {STANDS}{WITHIN}"),
    ("places", "{SHOW} where {WHAT} (is|are) {STANDS}{WITHIN}"),
    ("places", "({SHOW} )?(all|every|each)( the)? {HITS} of {WHAT}{WITHIN}"),
    ("places", "{PASSAGES}( that| which)? {HOLDS} {WHAT}{WITHIN}"),
    ("places", "{PASSAGES} (where|in which|on which) {WHAT}( (is|are))? {STANDS}{WITHIN}"),
    ("places", "(find|search|search for|look for) ((the )?(sentence|passage|line|quotation) )?"
               "{WORDING}{WITHIN}"),
    ("holding", "(which|what|how many) {PROSE} {HOLDS} {WHAT}{WITHIN}"),
    ("holding", "(in )?(which|what|how many) {PROSE} {AUX} {WHAT} {STANDS}{WITHIN}"),
    ("holding", "{SHOW} (all |every )?(the )?{PROSE} (with|containing|mentioning|"
                "(that|which) {HOLDS}) {WORDING}{WITHIN}"),
    ("compare", "(which|who|what)( word| name)?( is| are)?( {STANDS})? more {OFTEN}( {STANDS})?"
                " ?[,:] {WHAT},? or {OTHER}{WITHIN}"),
    ("compare", "(which|who|what)( [^\\W\\d_]+)?( is| are)? {STANDS} "
                "more( {OFTEN})? ?[,:] {WHAT},? or {OTHER}{WITHIN}"),
    ("compare", "(which|who|what)( word| name)?( is| are)?( {STANDS})? more {OFTEN}( {STANDS})?"
                "{WITHIN} ?[,:] {WHAT},? or {OTHER}"),
    ("compare", "(which|what) word is (used|found) more {OFTEN}{WITHIN} ?[,:] {WHAT},? or {OTHER}"),
    ("compare", "{AUX} {WHAT} {STANDS} more {OFTEN} than {OTHER}{WITHIN}"),
    ("compare", "{AUX} {WHAT},? or {OTHER} {STANDS} more {OFTEN}{WITHIN}"),
    ("compare", "are there more {HITS} of {WHAT},? (than|or) (of )?{OTHER}{WITHIN}"),
    ("divisions", "how many {DIVISION} (are there( in (the|this) {TEXT})?|"
                  "(does|do|has) (the|this) {TEXT}( have| contain)?|are in (the|this) {TEXT})"),
    ("captions", "how many (?P<captioned>tables|figures){THERE}{WITHIN}"),
    ("captions", "how many (?P<captioned>tables|figures) (does|has) (?P<within>.+?)"
                 "( have| contain)?"),
    ("captions", "{SHOW} (all )?(the )?(?P<captioned>tables|figures){OF}"),
    ("caption", "what (does|do) {CAPTIONED} (show|illustrate|depict|present|contain|describe|"
                "display|represent|report|list|say|tell)( us)?"),
    ("caption", "what (is|are) ((being )?(shown|illustrated|depicted|presented|displayed|described|"
                "listed|reported|seen) )?(in|by|on) {CAPTIONED}"),
    ("caption", "what can (be seen|(i|one|we|you) see) (in|on) {CAPTIONED}"),
    ("caption", "what is {CAPTIONED}( about| for| called)?"),
    ("caption", "({SHOW}|describe|explain) {CAPTIONED}"),
    ("caption", "{SHOW} (the )?(caption|title|heading|contents?) (of|for|in) {CAPTIONED}"),
    ("distinct", "how many (different|unique|distinct) words{THERE}{WITHIN}"),
    ("frequent", "{SHOW} (the )?({MANY} )?most (common|frequent|used|frequently used|often used) "
                 "words?{WITHIN}"),
    ("frequent", "(which|what) words? (is|are|does|do|appears?|occurs?)( used| appear| occur)? "
                 "most (often|frequently|frequent|common){WITHIN}"),
    ("units", "(does|do|has) {ITSELF} (have )?(any )?{PLACES}"),
    ("units", "how many {UNIT}{THERE}{WITHIN}"),
    ("units", "how many {UNIT} (does|do|has|have) (?P<within>.+?)( have| contain| comprise)?"),
    ("units", "how many {UNIT} (long )?(is|are) (?P<within>.+?)"),
    ("units", "how long is (?P<within>.+?) in {UNIT}"),
    ("units", "(count|(what is )?(the )?(total )?number of)( all)?( the)? {UNIT}{OF}"),
    ("count", "count( of)? {WORDING}{WITHIN}"),
    ("word count", "(what is )?(the )?(total )?word count{OF}"),
    ("longest", "(which|what) (is the |of the )?{UNIT} (is|are|has) (the )?{SIZE}( one| of all)?"
                "{WITHIN}"),
    ("longest", "(which|what) {UNIT} (of|in) (?P<within>.+?) (is|has) (the )?{SIZE}"),
    ("longest", "(which|what) {UNIT} has (the )?(?P<size>most|fewest|least) "
                "(?P<by>words|pages|paragraphs|sentences|lines|sections){WITHIN}"),
    ("longest", "({SHOW} )?(the )?{SIZE} {UNIT}{WITHIN}"),
    ("longest", "which is the {SIZE} {UNIT}{WITHIN}"),
    ("longest", "({SHOW} |which is )?the {SIZE} {UNIT} of (?P<within>.+?)"),
    ("longest", "({SHOW} |which (is|are) )?(the )?(top )?((?P<rank>{NTH})[- ]|{MANY} )"
                "{SIZE} {UNIT}( (of|in|on) (?P<within>.+?))?"),
    ("longest", "(which|what) {UNIT} is (the )?(?P<rank>{NTH})[- ]{SIZE}{WITHIN}"),
    ("longer", "(which|what|how many) {UNIT} (is|are|has|have) (?P<size>longer|shorter|more|fewer|"
               "less) than (?P<limit>\\d[\\d,.]*) words{WITHIN}"),
    ("average", "(what is )?the average (length of (a |the |all )?{UNIT}|"
                "(?P<unit_named>chapter|section|page|paragraph|sentence|word) length){WITHIN}"),
    ("average", "(what is )?the average number of (?P<by>words|pages|paragraphs|sentences|lines) "
                "(per|in an?|of an?) {UNIT}{WITHIN}"),
    ("average", "how many (?P<by>words|pages|paragraphs|sentences|lines)( are there)? "
                "(per|in an?) {UNIT} on average{WITHIN}"),
    ("average", "how many (?P<by>words|pages|paragraphs|sentences|lines) (does|has) "
                "(an? average|the average|a typical) {UNIT}( have)?{WITHIN}"),
    ("average", "how (long|many words) (is|are|has) (an average|the average|a typical) {UNIT}"
                "( on average)?{WITHIN}"),
    ("lengths", "how long (is|are) (each|every|all)( of)?( the)? {PLACES}{OF}"),
    ("lengths", "(how many|({SHOW} )?(the )?(number|count) of) words "
                "(per|by|(in|of|for|does|has) (each|every)) {PLACES}( have)?{OF}"),
    ("lengths", "({SHOW} )?(the )?(lengths?|word counts?) of (each|every|all)( the)? {PLACES}{OF}"),
    ("length", "how long is (?P<within>.+?)"),
    ("ranked", "(rank|sort|order|list) (all )?(the )?{PLACES} by (length|size|number of words)"),
    ("length", "which is (longer|shorter) ?[,:] (?P<within>.+? or .+?)"),
    ("length", "is (?P<within>.+?) (longer|shorter) than (?P<other_part>.+?)"),
    ("begins", "(on|at) (which|what) page (does|is) (?P<begun>.+?)( (?P<end>begin|start|end))?"),
    ("begins", "(which|what) page (does|is) (?P<begun>.+?) ((?P<end>begin|start|end)( on)?|on)"),
    ("begins", "how far (into|in|through) (the|this) {TEXT} (is|does) (?P<somewhere>.+?)"
               "( (?P<end>begin|start|end))?"),
    ("begins", "where (does|do) (?P<somewhere>.+?) (?P<end>begin|start|end)"),
    ("beside", "(what|which {PLACES}) (comes|is|stands|follows) {RIGHT}(?P<side>after|before) "
               "(?P<beside>.+?)"),
    ("beside", "(what|which {PLACES}) {RIGHT}(?P<side>follows|precedes) (?P<beside>.+?)"),
    ("beside", "(what is )?(the )?(title of )?(the )?((next|previous|following|preceding) )?"
               "{PLACES} {RIGHT}(?P<side>after|before|following|preceding) "
               "(?P<beside>.+?)( called)?"),
    ("author", "who (wrote|has written|authored) {ITSELF}"),
    ("author", "who is (the )?author( of {ITSELF})?"),
    ("author", "by whom (is|was) {ITSELF}( written)?"),
    ("author", "whom? (is|was) {ITSELF}( written)? by"),
    ("author", "what is the (name of the author|author['’]s name)( of {ITSELF})?"),
    ("title", "what is the (title|name) of {ITSELF}"),
    ("title", "what is {ITSELF} (called|titled|named|entitled)"),
    ("titles", "({SHOW} )?(all )?(of )?(the )?(titles|names|headings) of (all |each |every )?"
               "(the )?{PLACES}{WITHIN}"),
    ("titles", "{SHOW} (all )?(the )?{PLACES}( titles| names)?( (of|in) (?P<within>.+?))?"),
    ("titles", "({SHOW} )?(all )?(the )?(?P<headings>headings|titles) (of|in) (?P<of>.+?)"),
    ("around", "(which|what) {PLACES} (is|are) on (?P<around>page .+?)"),
    ("around", "(which|what) {PLACES} is (?P<around>page .+?) (in|part of)"),
    ("around", "in (which|what) {PLACES} is (?P<around>page .+?)"),
    ("titles", "(what|how) are (all )?(the )?{PLACES} (called|titled|named|entitled)"),
    ("titles", "(what|which) {PLACES} (are there{WITHIN}|(does|has) (?P<of>.+?)( have| contain)?)"),
    ("titles", "({SHOW} )?(a |the )?(table of contents|toc)( of {ITSELF})?"),
    ("titles", "({SHOW} )?((a |the )?list of )?(the )?{PLACES}( list)?"),
    ("titles", "what is (?P<called>.+?)['’]s (title|name)"),
    ("titles", "how is (?P<called>.+?) (called|titled|named|entitled)"),
    ("titles", "(which|what) {PLACES} is (called|titled|named|entitled) (?P<called>{QUOTED})"),
    ("titles", "what is the (title|name) of (?P<called>.+)"),
    ("titles", "(the )?(title|name) of (?P<called>.+)"),
    ("titles", "what is (?P<called>.+?) (called|titled|named|entitled)"),
    ("edges", "({SHOW} )?(the )?{EDGE} {ELEMENT} (of|in|from|on) "
              "(?P<every>each|every|all)( of)? (the )?{UNIT}( (of|in|on) (?P<within>.+))?"),
    ("edges", "({SHOW} )?(the )?{EDGE}( {MANY})? {ELEMENT} (of|in|from|on) (?P<alone>.+)"),
    ("edges", "({SHOW} )?(the )?{EDGE}( {MANY})? (?P<element>word|sentence|line|paragraph)"),
    ("edges", "(what|which) {ELEMENT} (does|do) (?P<alone>.+?) "
              "(?P<edge>begin|start|open|end|close|finish) with"),
    ("edges", "(what|which) {ELEMENT} (?P<edge>begins|opens|ends|closes) (?P<alone>.+)"),
    ("edges", "({SHOW} )?(?P<alone>.+?)['’]s? {EDGE}( {MANY})? {ELEMENT}"),
    ("edges", "what (does|do) (?P<alone>.+?) (?P<edge>begin|start|open|end|close|finish) with"),
    ("edges", "{SHOW} (?P<paragraph>(paragraph \\d+ (of|in) .+?|.+? (paragraph|¶) ?\\d+))"),
    ("edges", "({SHOW} )?(?P<element>line|sentence|word) (?P<nth>\\d+)"
              "( (of|in|on|from) (?P<alone>.+?))?"),
    ("edges", "what does (?P<paragraph>(paragraph \\d+ (of|in) .+?|.+? (paragraph|¶) ?\\d+)) say"),
    ("edges", "(with|in) (what|which) {ELEMENT} (does|do) (?P<alone>.+?) "
              "(?P<edge>begin|start|open|end|close|finish)"),
)  # fmt: skip
"""Kinds of questions with the forms that they take, first the more particular ones."""

_PIECES["RIGHT"] = _PIECES_OF_WORDINGS["RIGHT"] = "(right |directly |immediately |just )?"

_ABOUT_WORDINGS = frozenset(
    {"first/last", "count", "absent", "most", "places", "compare", "each", "together", "holding"}
)
_PIECE = re.compile(r"\{([A-Z]+)\}")


def form_of(form: str, pieces: Mapping[str, str] = _PIECES) -> re.Pattern[str]:
    """A form with its pieces, to be used without regard to letter case."""
    while _PIECE.search(form):
        form = _PIECE.sub(lambda match: pieces[match[1]], form)
    return re.compile(expression(form), re.IGNORECASE)


@cache
def forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Kinds of questions with their forms; made with the first question, since that takes a tenth
    of a second."""
    return tuple(_compiled())


def _compiled() -> Iterator[tuple[str, re.Pattern[str]]]:
    for kind, form in _FORMS:
        if kind in _ABOUT_WORDINGS:
            yield kind, form_of(form, _PIECES_OF_WORDINGS)
        yield kind, form_of(form)

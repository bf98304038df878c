"""Function words per language: what a question needs to be grammatical, not to be found.

Words are casefolded, with their accents, as they are typed. An apostrophe is left out as
the analysis leaves it out ("don't" is "dont").
"""

from __future__ import annotations

from functools import cache

_WORDS = {
    "en": """a about after all also am an and any are arent as at be because been before being but
        by can could couldnt did didnt do does doesnt doing dont down for from had hadnt has hasnt
        have havent having he her here hers him his how i if in into is isnt it its just me more
        most my no nor not of off on once only or other our ours out over own same she should
        shouldnt so some such than that the their theirs them then there these they this those
        through to too under until up very was wasnt we were werent what when where which while
        who whom whose why will with wont would wouldnt you your yours""",
    "fr": """a à ai as au aucun aussi autre aux avait avec avoir ce cela ces cet cette ceux chez ci
        comme comment dans de des donc dont du elle elles en es est et était étaient été être eu
        eux fait il ils je la là le les leur leurs lui ma mais me même mes moi mon ne nos notre
        nous on ont ou où par pas pendant plus pour pourquoi qu quand que quel quelle quelles
        quels qui quoi sa sans se ses si son sont sous sur ta te tes toi ton tu un une vos votre
        vous y""",
    "de": """aber als also am an auch auf aus bei bin bis bist da damit dann das dass dem den denn
        der des dich die dies diese dieser dieses dir doch du durch ein eine einem einen einer
        eines er es für gegen hat hatte hatten ich ihm ihn ihr ihre im in ist ja kann kein keine
        man mein mich mir mit nach nicht noch nur ob oder ohne sehr sein seine sich sie sind so
        über um und uns unter vom von vor wann war waren warum was weil welche welcher welches
        wem wen wenn wer werden wie wir wird wo wurde wurden zu zum zur zwischen""",
    "es": """a al algo ante antes aquel aunque cada como cómo con contra cuál cuáles cuando cuándo
        de del desde donde dónde dos durante e el él ella ellas ellos en entre era eran es esa
        ese eso esta está este esto estos estas fue fueron ha había han hasta hay la las le les
        lo los más me mi mis mucho muy nada ni no nos o os otra otro para pero por porque qué que
        quien quién quiénes se ser si sí sin sobre son su sus también te tenía tiene tu un una
        uno unos y ya yo""",
    "it": """a ad agli ai al alla alle allo anche c che chi ci come con cosa cui da dagli dai dal
        dalla dalle dei del della delle dello di dove e è ed era erano essere fu gli ha hanno i
        il in io l la le lei lo loro lui ma mi mia mio ne nei nel nella nelle no noi non nostro o
        per perché più quale quali quando quella quello questa questo se sei si sia sono su sua
        sue sui sul sulla suo suoi tra tu un una uno vi voi""",
    "pt": """a à ao aos as às até com como da das de dela dele deles depois do dos e é ela elas ele
        eles em entre era eram essa esse esta está este eu foi foram há isso isto já lhe mais mas
        me mesmo meu minha muito na não nas nem no nos o onde os ou para pela pelo por porque
        qual quais quando que quem são se sem ser seu seus sua suas também te tem um uma você""",
    "nl": """aan al als bij dan dat de die dit door een en er geen had heb heeft hem het hij hoe
        hun ik in is je kan maar me men met mij na naar niet nog nu of om omdat onder ons ook op
        over te tegen tot u uit van voor waar waarom wanneer waren was wat we wel welke werd wie
        wij wordt zal ze zich zij zijn zo""",
    "ru": """а без более бы был была были было быть в вам вас весь во вот все всё всего вы где да
        для до его ее её ей если есть еще ещё же за и из или им их к как какая какие какой когда
        кого кому кто ли мне может мы на над не него нее неё нет ни них но ну о об он она они оно
        от по под почему при про с сам свои свой своя себя со так там те тем то того тоже той
        только том ты у уж что чтобы чем чей эта эти это этого этой этом этот я""",
    "sv": """att av de dem den denna det detta dig din du där efter ej eller en er ett från för ha
        hade han har hon honom hur i inte ja jag kan man med men mig min mot nej ni när och om på
        sig sin som så till under upp ut vad var varför vem vi vid vilken än är över""",
    "da": """af alle at blev da de dem den denne der deres det dette dig din dog du efter eller en
        end er et for fra ham han hans har havde hende hendes hun hvad hvem hvor hvorfor hvornår i
        ikke ind ja jeg kan man med men mig min ned nu når og også om op os over på sig skal som
        så til ud under var ved vi være""",
    "no": """av at ble da de dem den denne der deres det dette din du eller en er et etter for fra
        ham han har hadde henne hun hva hvem hvor hvorfor hvordan i ikke jeg kan man med men meg
        min når og også om opp oss over på seg skal som så til ut under var ved vi være""",
    "nn": """at av da de dei den denne der deira desse det dette di din du då eg ei ein eit eller
        enn er et etter for frå ha hadde han har henne ho i ikkje kan kor korleis kva kvar kven
        kvifor man med meg min når og om opp oss over på seg skal som så til under ut var vart ved
        vi vil vore vere""",
    "fi": """ei en että he hän ja jo jos joka jonka kanssa kuin kuka kun me mikä minä missä mitä
        miksi milloin mutta myös ne niin nyt oli olivat olla on ovat se sekä sen siitä sinä tai
        tämä te vain""",
    "pl": """a aby ale bez być był była było były by ci co czy dla do gdy gdzie go i ich ile im ja
        jak jaki jaka jakie jako je jego jej jest już kiedy kto która które który ma mi mnie na
        nad nie niego o od on ona oni ono oraz po pod przez przy się są ta tak także tam te tego
        tej ten to tu tym w we więc wszystko z za ze że""",
    "tr": """ama bir biz bu çok da daha de değil diye en gibi hangi hem için ile ise kadar ki kim
        mı mi mu mü nasıl ne neden nerede niçin o ol olan olarak onlar onun sen siz şu ve veya ya
        zaman""",
    "ja": """いう か が かった から こと この これ した して しま す する せん その それ たの だ
        だっ だれ った って つ て てい です ては での では と とい どこ どの な なぜ など なに なの
        なん に につ には の ので のは は はど はな はい は何 は誰 ます まし ました も もの よう
        られ る れた を ん いた いる いま うか える おり きま され しい しく した すか たか たは
        だれ とは どう どん のか のよ ます何 れる んな""",
    "zh": """的 了 是 在 和 与 他 她 它 我 你 们 我们 你们 他们 她们 什么 怎么 为什 哪里 哪个 谁 这
        那 这个 那个 一个 吗 呢 吧 把 被 也 都 就 有 不 没 没有 什麼 怎麼 為什 哪裡 這 這個 個 們
        是什 是谁 是誰 么 麼""",
}
_WORDS["nb"] = _WORDS["no"]

# What stands for a function word only where an apostrophe or hyphen joins it to another one.
_JOINED = {
    "fr": "c d j jusqu l lorsqu m n puisqu quoiqu s t",
    "it": "all anch c coll com cos d dall dell dov gl l m n nell quand quell quest s sull t v",
}

# Hyphens join pronouns to verbs: "dit-il", "disse-me".
_PRONOUNS_JOINED = frozenset({"fr", "pt"})


@cache
def stop_words(code: str) -> frozenset[str]:
    """The function words of a language by its code, as "en" or "pt"; none if unknown."""
    return frozenset(_WORDS.get(code, "").split())


@cache
def joined_stop_words(code: str) -> frozenset[str]:
    """What is a function word as a part of a longer word: the function words of a language, and
    such as the "l" of "l'arbre" and the "t" of "va-t-il"."""
    return stop_words(code) | frozenset(_JOINED.get(code, "").split())


def joins_pronouns(code: str) -> bool:
    """Whether a function word behind a hyphen is the sentence's there, as in "dit-il", and makes
    no other word, as in "start-up"."""
    return code in _PRONOUNS_JOINED

"""Each question in another language has the answer of the English one that means the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.answering.asker import Asker
from longread.answering.at_once import answer_at_once
from longread.answering.parts import scope_of
from longread.answering.texts import Texts
from longread.document import Document, DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library

SAME_IN_ALL = {
    "How many parts are there?": [
        "Wie viele Teile gibt es?",
        "Hoeveel delen zijn er?",
        "Combien de parties y a-t-il ?",
        "¿Cuántas partes hay?",
        "Quante parti ci sono?",
        "Quantas partes há?",
        "Сколько частей?",
        "有多少部分？",
    ],
    "In which chapters is Tobias not mentioned?": [
        "In welchen Kapiteln kommt Tobias nicht vor?",
        "In welchen Kapiteln wird Tobias nicht erwähnt?",
        "In welke hoofdstukken komt Tobias niet voor?",
        "In welke hoofdstukken wordt Tobias niet genoemd?",
        "Dans quels chapitres Tobias n'apparaît-il pas ?",
        "Dans quels chapitres Tobias n'est pas mentionné ?",
        "Dans quels chapitres Tobias n'est-il pas mentionné ?",
        "¿En qué capítulos no aparece Tobias?",
        "¿En qué capítulos no se menciona a Tobias?",
        "In quali capitoli non compare Tobias?",
        "In quali capitoli Tobias non è menzionato?",
        "Em que capítulos Tobias não aparece?",
        "Em que capítulos não é mencionado Tobias?",
        "В каких главах не упоминается Tobias?",
        "哪些章没有提到Tobias？",
    ],
    "In how many chapters does Tobias appear?": [
        "In wie vielen Kapiteln kommt Tobias vor?",
        "In wie vielen Kapiteln wird Tobias erwähnt?",
        "In hoeveel hoofdstukken komt Tobias voor?",
        "Dans combien de chapitres Tobias apparaît-il ?",
        "Dans combien de chapitres apparaît Tobias ?",
        "Dans combien de chapitres Tobias est-il mentionné ?",
        "¿En cuántos capítulos aparece Tobias?",
        "In quanti capitoli compare Tobias?",
        "Em quantos capítulos aparece Tobias?",
        "Em quantos capítulos Tobias é mencionado?",
        "В скольких главах упоминается Tobias?",
        "Tobias在多少章里出现？",
    ],
    "In which chapter is Tobias first mentioned?": [
        "In welchem Kapitel wird Tobias zuerst erwähnt?",
        "In welchem Kapitel kommt Tobias zum ersten Mal vor?",
        "In welk hoofdstuk wordt Tobias voor het eerst genoemd?",
        "In welk hoofdstuk komt Tobias voor het eerst voor?",
        "Dans quel chapitre Tobias apparaît-il pour la première fois ?",
        "Dans quel chapitre Tobias est-il mentionné pour la première fois ?",
        "Dans quel chapitre apparaît Tobias pour la première fois ?",
        "¿En qué capítulo aparece Tobias por primera vez?",
        "¿En qué capítulo se menciona por primera vez a Tobias?",
        "In quale capitolo compare Tobias per la prima volta?",
        "In quale capitolo viene nominato per la prima volta Tobias?",
        "Em que capítulo aparece Tobias pela primeira vez?",
        "Em que capítulo Tobias é mencionado pela primeira vez?",
        "В какой главе впервые упоминается Tobias?",
        "Tobias在哪一章第一次出现？",
    ],
    "Which chapter mentions Tobias most often?": [
        "Welches Kapitel erwähnt Tobias am häufigsten?",
        "In welchem Kapitel wird Tobias am häufigsten erwähnt?",
        "In welk hoofdstuk wordt Tobias het vaakst genoemd?",
        "Welk hoofdstuk noemt Tobias het vaakst?",
        "Quel chapitre mentionne le plus Tobias ?",
        "Dans quel chapitre Tobias est-il le plus souvent mentionné ?",
        "Dans quel chapitre Tobias apparaît-il le plus souvent ?",
        "¿En qué capítulo aparece más Tobias?",
        "¿Qué capítulo menciona más a Tobias?",
        "In quale capitolo compare più spesso Tobias?",
        "In quale capitolo viene nominato Tobias più spesso?",
        "Em que capítulo Tobias aparece mais vezes?",
        "В какой главе чаще всего упоминается Tobias?",
        "哪一章提到Tobias最多？",
    ],
    "Is Tobias mentioned in chapter 2?": [
        "Wird Tobias in Kapitel 2 erwähnt?",
        "Kommt Tobias in Kapitel 2 vor?",
        "Wordt Tobias in hoofdstuk 2 genoemd?",
        "Komt Tobias in hoofdstuk 2 voor?",
        "Tobias est-il mentionné dans le chapitre 2 ?",
        "Est-ce que Tobias apparaît dans le chapitre 2 ?",
        "Tobias apparaît-il dans le chapitre 2 ?",
        "¿Aparece Tobias en el capítulo 2?",
        "¿Se menciona a Tobias en el capítulo 2?",
        "Compare Tobias nel capitolo 2?",
        "Tobias compare nel capitolo 2?",
        "Viene nominato Tobias nel capitolo 2?",
        "Tobias aparece no capítulo 2?",
        "Tobias é mencionado no capítulo 2?",
        "Упоминается ли Tobias в главе 2?",
        "第二章有没有提到Tobias？",
    ],
    "Who appears in chapter 2?": [
        "Wer kommt in Kapitel 2 vor?",
        "Welche Personen kommen in Kapitel 2 vor?",
        "Wie komt er in hoofdstuk 2 voor?",
        "Welke personages komen in hoofdstuk 2 voor?",
        "Qui apparaît dans le chapitre 2 ?",
        "Quels personnages apparaissent dans le chapitre 2 ?",
        "¿Quién aparece en el capítulo 2?",
        "¿Qué personajes aparecen en el capítulo 2?",
        "Chi compare nel capitolo 2?",
        "Quali personaggi compaiono nel capitolo 2?",
        "Quem aparece no capítulo 2?",
        "Que personagens aparecem no capítulo 2?",
        "Кто упоминается в главе 2?",
        "Какие герои появляются в главе 2?",
        "第二章有哪些人物？",
    ],
    "Who appears with Tobias most often?": [
        "Wer kommt am häufigsten mit Tobias vor?",
        "Mit wem kommt Tobias am häufigsten zusammen vor?",
        "Mit welchen Personen tritt Tobias auf?",
        "Met wie komt Tobias het vaakst voor?",
        "Wie komt het vaakst samen met Tobias voor?",
        "Avec qui apparaît le plus souvent Tobias ?",
        "Qui apparaît le plus souvent avec Tobias ?",
        "¿Con quién aparece más Tobias?",
        "¿Quién aparece más veces con Tobias?",
        "Con chi compare più spesso Tobias?",
        "Com quem aparece mais vezes Tobias?",
        "С кем чаще всего упоминается Tobias?",
        "谁最常和Tobias一起出现？",
        "Tobias最常和谁一起出现？",
    ],
    "Who is mentioned most often?": [
        "Wer wird am häufigsten erwähnt?",
        "Wie wordt het vaakst genoemd?",
        "Qui est le plus souvent mentionné ?",
        "Qui est mentionné le plus souvent ?",
        "¿Quién aparece más?",
        "¿Qué personaje aparece más veces?",
        "Chi viene nominato più spesso?",
        "Quem aparece mais vezes?",
        "Кто чаще всего упоминается?",
        "谁出现得最多？",
    ],
    "Which is mentioned more often, Tobias or Corwin?": [
        "Wer wird öfter erwähnt, Tobias oder Corwin?",
        "Wird Tobias öfter erwähnt als Corwin?",
        "Wie wordt vaker genoemd, Tobias of Corwin?",
        "Wordt Tobias vaker genoemd dan Corwin?",
        "Qui est plus souvent mentionné : Tobias ou Corwin ?",
        "Tobias apparaît-il plus souvent que Corwin ?",
        "Qui apparaît le plus souvent, Tobias ou Corwin ?",
        "¿Quién aparece más, Tobias o Corwin?",
        "¿Se menciona más a Tobias que a Corwin?",
        "Chi viene nominato più spesso, Tobias o Corwin?",
        "Quem aparece mais, Tobias ou Corwin?",
        "Tobias é mencionado mais vezes do que Corwin?",
        "Кто упоминается чаще, Tobias или Corwin?",
        "Tobias和Corwin谁出现得更多？",
    ],
    "How many times are Tobias and Corwin mentioned together?": [
        "Wie oft kommen Tobias und Corwin zusammen vor?",
        "Hoe vaak komen Tobias en Corwin samen voor?",
        "Combien de fois Tobias et Corwin apparaissent-ils ensemble ?",
        "Combien de fois Tobias et Corwin sont-ils mentionnés ensemble ?",
        "¿Cuántas veces aparecen Tobias y Corwin juntos?",
        "Quante volte compaiono Tobias e Corwin insieme?",
        "Quantas vezes Tobias e Corwin aparecem juntos?",
        "Сколько раз Tobias и Corwin упоминаются вместе?",
        "Tobias和Corwin一起出现了多少次？",
    ],
    "How many times is Tobias mentioned after chapter 1?": [
        "Wie oft wird Tobias nach Kapitel 1 erwähnt?",
        "Hoe vaak wordt Tobias na hoofdstuk 1 genoemd?",
        "Combien de fois Tobias est-il mentionné après le chapitre 1 ?",
        "¿Cuántas veces se menciona a Tobias después del capítulo 1?",
        "Quante volte viene nominato Tobias dopo il capitolo 1?",
        "Quantas vezes Tobias é mencionado depois do capítulo 1?",
        "Сколько раз упоминается Tobias после главы 1?",
    ],
    "How many times is Tobias mentioned before chapter 3?": [
        "Wie oft wird Tobias vor Kapitel 3 erwähnt?",
        "Hoe vaak wordt Tobias voor hoofdstuk 3 genoemd?",
        "Combien de fois Tobias est-il mentionné avant le chapitre 3 ?",
        "¿Cuántas veces se menciona a Tobias antes del capítulo 3?",
        "Quante volte viene nominato Tobias prima del capitolo 3?",
        "Quantas vezes Tobias é mencionado antes do capítulo 3?",
        "Сколько раз упоминается Tobias до главы 3?",
    ],
    "How often is Tobias mentioned in each chapter?": [
        "Wie oft wird Tobias in jedem Kapitel erwähnt?",
        "Hoe vaak wordt Tobias in elk hoofdstuk genoemd?",
        "Combien de fois Tobias est-il mentionné par chapitre ?",
        "¿Cuántas veces se menciona a Tobias en cada capítulo?",
        "Quante volte viene nominato Tobias in ogni capitolo?",
        "Quantas vezes Tobias é mencionado em cada capítulo?",
        "Сколько раз упоминается Tobias в каждой главе?",
    ],
    "What comes after chapter 2?": [
        "Was kommt nach Kapitel 2?",
        "Welches Kapitel kommt nach Kapitel 2?",
        "Wat komt er na hoofdstuk 2?",
        "Quel chapitre vient après le chapitre 2 ?",
        "Qu'est-ce qui vient après le chapitre 2 ?",
        "¿Qué viene después del capítulo 2?",
        "¿Qué capítulo viene después del capítulo 2?",
        "Quale capitolo viene dopo il capitolo 2?",
        "Cosa viene dopo il secondo capitolo?",
        "O que vem depois do capítulo 2?",
        "Какая глава идёт после главы 2?",
        "Что следует за второй главой?",
        "第二章之后是什么？",
    ],
    "What comes before chapter 2?": [
        "Welches Kapitel kommt vor Kapitel 2?",
        "Welk hoofdstuk komt voor hoofdstuk 2?",
        "Quel chapitre précède le chapitre 2 ?",
        "¿Qué capítulo va antes del capítulo 2?",
        "Cosa viene prima del capitolo 2?",
        "Que capítulo vem antes do capítulo 2?",
        "Какая глава идёт перед главой 2?",
        "第二章前面是什么？",
    ],
    "On which page does chapter 2 begin?": [
        "Auf welcher Seite beginnt Kapitel 2?",
        "Op welke pagina begint hoofdstuk 2?",
        "À quelle page commence le chapitre 2 ?",
        "¿En qué página empieza el capítulo 2?",
        "A quale pagina inizia il capitolo 2?",
        "Em que página começa o capítulo 2?",
        "На какой странице начинается глава 2?",
        "第二章从第几页开始？",
    ],
    "What is the title of chapter 1?": [
        "Wie lautet der Titel von Kapitel 1?",
        "Wie heißt das erste Kapitel?",
        "Wat is de titel van hoofdstuk 1?",
        "Hoe heet hoofdstuk 1?",
        "Quel est le titre du chapitre 1 ?",
        "Comment s'appelle le premier chapitre ?",
        "Comment s'intitule le chapitre 1 ?",
        "¿Cuál es el título del capítulo 1?",
        "¿Cómo se llama el capítulo 1?",
        "¿Cómo se titula el primer capítulo?",
        "Qual è il titolo del capitolo 1?",
        "Come si intitola il primo capitolo?",
        "Qual é o título do capítulo 1?",
        "Como se chama o capítulo 1?",
        "Как называется глава 1?",
        "Как называется первая глава?",
        "第一章的标题是什么？",
        "第一章叫什么？",
    ],
    "List the chapters": [
        "Welche Kapitel gibt es?",
        "Zeige das Inhaltsverzeichnis",
        "Welke hoofdstukken zijn er?",
        "Inhoudsopgave",
        "Quels chapitres y a-t-il ?",
        "Montre-moi la table des matières",
        "¿Qué capítulos hay?",
        "Muéstrame el índice",
        "Quali capitoli ci sono?",
        "Mostrami l'indice",
        "Que capítulos há?",
        "Mostre o índice",
        "Какие главы есть в книге?",
        "Оглавление",
        "这本书有哪些章节？",
        "目录",
    ],
    "What is the first sentence?": [
        "Wie lautet der erste Satz?",
        "Wat is de eerste zin?",
        "Quelle est la première phrase ?",
        "¿Cuál es la primera frase?",
        "Qual è la prima frase?",
        "Qual é a primeira frase?",
        "Какое первое предложение?",
        "Каково первое предложение?",
    ],
    "What is the second sentence of chapter 2?": [
        "Was ist der zweite Satz von Kapitel 2?",
        "Wat is de tweede zin van hoofdstuk 2?",
        "Quelle est la deuxième phrase du chapitre 2 ?",
        "¿Cuál es la segunda frase del capítulo 2?",
        "Qual è la seconda frase del capitolo 2?",
        "Qual é a segunda frase do capítulo 2?",
        "Какое второе предложение второй главы?",
        "Назови второе предложение главы 2",
        "第二章的第二句是什么？",
    ],
    "What are the first five words of chapter 2?": [
        "Wie lauten die ersten fünf Wörter von Kapitel 2?",
        "Wat zijn de eerste vijf woorden van hoofdstuk 2?",
        "Quels sont les cinq premiers mots du chapitre 2 ?",
        "¿Cuáles son las cinco primeras palabras del capítulo 2?",
        "¿Cuáles son las primeras cinco palabras del capítulo 2?",
        "Quali sono le prime cinque parole del capitolo 2?",
        "Quais são as primeiras cinco palavras do capítulo 2?",
        "Quais são as cinco primeiras palavras do capítulo 2?",
        "Каковы первые пять слов главы 2?",
    ],
    "What are the last words of the book?": [
        "Was sind die letzten Worte des Buches?",
        "Wat zijn de laatste woorden van het boek?",
        "Quels sont les derniers mots du livre ?",
        "¿Cuáles son las últimas palabras del libro?",
        "Quali sono le ultime parole del libro?",
        "Quais são as últimas palavras do livro?",
        "Каковы последние слова книги?",
    ],
    "What is the most frequent word?": [
        "Was ist das häufigste Wort?",
        "Wat is het meest voorkomende woord?",
        "Quel est le mot le plus fréquent ?",
        "¿Cuál es la palabra más frecuente?",
        "Qual è la parola più frequente?",
        "Qual é a palavra mais frequente?",
        "Какое слово встречается чаще всего?",
    ],
    "How many different words are there?": [
        "Wie viele verschiedene Wörter gibt es?",
        "Hoeveel verschillende woorden zijn er?",
        "Combien de mots différents y a-t-il ?",
        "¿Cuántas palabras diferentes hay?",
        "Quante parole diverse ci sono?",
        "Quantas palavras diferentes há?",
        "Сколько разных слов в книге?",
    ],
    "How many characters are there?": [
        "Wie viele Personen gibt es?",
        "Hoeveel personages zijn er?",
        "Combien de personnages y a-t-il ?",
        "¿Cuántos personajes hay?",
        "Quanti personaggi ci sono?",
        "Quantos personagens há?",
        "Сколько персонажей в книге?",
        "有多少个人物？",
    ],
}

BEGINNINGS = [
    "Wie beginnt Kapitel 2?",
    "Hoe begint hoofdstuk 2?",
    "Comment commence le chapitre 2 ?",
    "Comment le chapitre 2 commence-t-il ?",
    "¿Cómo empieza el capítulo 2?",
    "Come inizia il capitolo 2?",
    "Como começa o capítulo 2?",
    "Как начинается глава 2?",
    "第二章是怎么开始的？",
]
ENDINGS = [
    "Wie endet das Buch?",
    "Hoe eindigt het boek?",
    "Comment finit le livre ?",
    "Comment se termine l'histoire ?",
    "¿Cómo termina el libro?",
    "Come finisce il libro?",
    "Como termina o livro?",
    "Чем заканчивается книга?",
    "这本书是怎么结束的？",
]


def tale() -> Document:
    builder = DocumentBuilder("text", title="Die Lampe", language="de")
    for number, names in enumerate((("Corwin",), ("Tobias", "Corwin"), ("Mara",)), start=1):
        builder.page(str(number))
        builder.section(f"Kapitel {number}")
        for name in names:
            builder.paragraph(f"Der Hafen lag still, sagte {name}. Tobias ging an das Wasser.")
            builder.paragraph(f"„Ja“, sagte {name}, und er lachte.")
    return builder.build()


def texts_of(library: Library) -> Texts:
    return Texts.of(library, [library.add(tale(), "7" * 64).id])


@pytest.mark.parametrize("english", SAME_IN_ALL)
def test_it_is_answered_as_in_english(library: Library, english: str) -> None:
    texts = texts_of(library)
    expected = answer_at_once(english, texts, library)
    assert expected is not None
    answers = {q: answer_at_once(q, texts, library) for q in SAME_IN_ALL[english]}
    assert {q: one and one.text for q, one in answers.items()} == dict.fromkeys(
        answers, expected.text
    )


@pytest.mark.parametrize(("questions", "wanted"), [(BEGINNINGS, "beginning"), (ENDINGS, "end")])
def test_the_beginning_and_the_end_are_asked_for(
    library: Library, questions: list[str], wanted: str
) -> None:
    texts = texts_of(library)
    scopes = {question: scope_of(question, texts) for question in questions}
    assert {q: scope and scope.wanted for q, scope in scopes.items()} == dict.fromkeys(
        questions, wanted
    )


@pytest.mark.parametrize(
    ("question", "instruction"),
    [
        ("Qui choisit le chef du projet ?", "Réponds brièvement, en français."),
        ("What does the chef of the projet do?", "Answer briefly."),
        ("Que se passe-t-il dans la dernière section ?", "Raconte en français"),
    ],
)
def test_the_model_is_told_in_which_language_to_answer(
    tmp_path: Path, question: str, instruction: str
) -> None:
    builder = DocumentBuilder("text", title="Le projet", language="fr")
    for number in range(1, 4):
        builder.section(f"Chapitre {number}")
        builder.paragraph("Le chef du projet est choisi par tous ses membres, tous les ans. " * 9)
    with Library.open(tmp_path / "library.db") as opened:
        document_id = opened.add(builder.build(), "9" * 64).id
        model = ScriptedModel(fallback="Tous ses membres.")
        asker = Asker(opened, model, Texts.of(opened, [document_id]))
        list(asker.ask(question))
    assert any(instruction in message.text for message in model.asked[-1])

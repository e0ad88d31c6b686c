"""Names in other scripts: what is read here, what by the library, and what each says when it cannot."""

import sys
from importlib.util import find_spec

import pytest

from forehear.assess.names import match_names, words
from forehear.assess.romanising import is_syllabic, latin, latin_forms, unread


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("عبدالله مهرابی", "Abdollah Mehrabi"),
        ("امیرعلی حاجی زاده", "Amir Ali Hajizadeh"),
        ("عبد الفتاح السيسي", "Abdel Fattah el-Sisi"),
        ("عباس عراقچی", "Abbas Araghchi"),
        ("Володимир Зеленський", "Владимир Зеленский"),
        ("Микола Олещук", "Николай Олещук"),
        ("Григорій Сковорода", "Grigory Skovoroda"),
        ("Андрій Єрмак", "Андрей Ермак"),
        ("Евгений Пригожин", "Yevgeny Prigozhin"),
        ("Сергей Шойгу", "Sergei Shoigu"),
        ("Ігор Клименко", "Igor Klimenko"),
        ("Mykola Oleshchuk", "Nikolai Oleshchuk"),
    ],
)
def test_one_bearer_in_two_scripts_or_languages(a: str, b: str) -> None:
    match, back = match_names(a, b), match_names(b, a)
    assert match.same, match
    assert back.same
    assert back.score == pytest.approx(match.score)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("عبدالله مهرابی", "Ghasem Damavandian"),
        ("محسن اسدی", "Mohsen Rezaei"),
        ("Дмитро Кулеба", "Олексій Кулеба"),
        ("Валерій Залужний", "Валерий Герасимов"),
        ("Андрій Коваленко", "Ihor Klymenko"),
        ("Микола Олещук", "Михайло Олещук"),
    ],
)
def test_two_bearers_in_two_scripts(a: str, b: str) -> None:
    assert not match_names(a, b).same


def test_cyrillic_is_read_as_two_languages_and_latin_once() -> None:
    assert latin_forms("Игорь") == ("yhor", "igor")
    assert latin_forms("Müller") == ("muller",)
    assert latin("ÉÀ") == "ea"


def test_signs_of_a_syllable_are_known() -> None:
    assert is_syllabic("习近平")
    assert is_syllabic("김정은")
    assert not is_syllabic("Xi Jinping, Володимир, مهرابی, Τσίπρας")


# The library comes with the role `assess`; where a developer's environment lacks it, the sentence below is tested.
HAVE = find_spec("anyascii") is not None


@pytest.mark.skipif(not HAVE, reason="anyascii is not installed")
@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("习近平", "Xi Jinping", True),
        ("习近平", "Jinping Xi", True),
        ("習近平", "习近平", True),
        ("毛泽东", "Mao Ze-dong", True),
        ("欧阳修", "Ouyang Xiu", True),
        ("王毅", "Wang Yi", True),
        ("王毅", "Wang Wei", False),
        ("李强", "Li Keqiang", False),
        ("韩正", "Han Zhen", False),
        ("Αλέξης Τσίπρας", "Alexis Tsipras", True),
        ("Նիկոլ Փաշինյան", "Nikol Pashinyan", True),
        ("ნიკა მელია", "Nika Melia", True),
        ("Αλέξης Τσίπρας", "Kyriakos Mitsotakis", False),
    ],
)
def test_other_scripts_are_read_by_the_library(a: str, b: str, same: bool) -> None:
    assert match_names(a, b).same is same
    assert match_names(b, a).same is same


def test_a_script_that_cannot_be_read_is_said_and_no_empty_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anyascii", None)
    words.cache_clear()
    match = match_names("习近平", "Xi Jinping")
    words.cache_clear()
    assert (match.same, match.score) == (False, 0.0)
    assert "'习近平': not known here; known: Latin, Cyrillic and Arabic script" in match.because
    assert "anyascii" in unread("习近平")
    assert match_names("", "Xi Jinping").because == "one of the names is empty"

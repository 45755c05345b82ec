"""`tandem sensitivity --lang fr` with factors of one's own, of a finished sweep and by SALib: French, with the same figures."""

import html
import re
from functools import lru_cache
from pathlib import Path

import pytest

from tandem.experiments.commands.main import status
from tandem.experiments.commands.plans import from_plan
from tandem.experiments.pages.telling import page_texts, said, told_in, word
from tandem.experiments.pages.words import input_name, measure_name, output_name, spoken
from tandem.experiments.sensitivity import given_data
from tandem.experiments.sensitivity.second_opinion import INERT, MEASURES, WARNINGS
from tandem.experiments.sensitivity.swept import ESTIMATORS, TIED, WHY_NOT
from tandem.sim.texts import NARROW
from tests.pages.test_report_french import english, unprinted

FACTORS = '[factors."levers.skills"]\nlow = 0.2\nhigh = 0.8\n[factors."dyad.trust"]\nlow = 0.2\nhigh = 0.8\n'
TIED_TOO = '[correlation]\nfactors = ["levers.skills", "dyad.trust"]\nmatrix = [[1.0, 0.5], [0.5, 1.0]]\n'
SWEPT = 'seed = 1\nreplicates = 2\nscenarios = ["silence"]\noutcomes = ["revenue_growth", "conflict_rate"]\n'
OWN = re.compile(r"levers\.skills|dyad\.trust|[\w/-]*\.toml|second_order = true|(?<=: )/\S+")
"""What stands in a file of the user's own: names that no language changes."""
MADE = {
    "factors": ["silence", "--factors", "own.toml", "--rows", "64", "--interactions", "--outcome", "conflict_rate"],
    "tied": ["silence", "--factors", "tied.toml", "--rows", "32", "--outcome", "conflict_rate"],
    "sweep": ["sweep"],
    "sample": ["sample"],
    "morris": ["silence", "--method", "morris", "--profile", "smoke"],
}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Name and language -> folder; it holds what was printed as printed.txt beside what was written."""
    place = tmp_path_factory.mktemp("french")
    (place / "own.toml").write_text(FACTORS, encoding="utf-8")
    (place / "tied.toml").write_text(FACTORS + TIED_TOO, encoding="utf-8")
    for name, kind in (("sweep", "saltelli"), ("sample", "sobol")):
        text = f'{SWEPT}[design]\nkind = "{kind}"\npoints = 64\n{FACTORS}'
        (place / f"{name}.plan.toml").write_text(text, encoding="utf-8")
    made = set()

    @lru_cache
    def of(name, lang):
        words = [str(place / word) if word.endswith(".toml") else word for word in MADE[name]]
        if words[0] in ("sweep", "sample") and words[0] not in made:
            plan = place / f"{words[0]}.plan.toml"
            assert status(["sweep", str(plan), "--out", str(place / words[0]), "--workers", "1"]) == 0
            made.add(words[0])
        if words[0] in made:
            words[0] = str(place / words[0])
        out = place / f"{name} {lang}"
        with pytest.MonkeyPatch.context() as patch:
            lines = []
            patch.setattr("sys.stdout", _Paper(lines))
            assert status(["sensitivity", *words, "--lang", lang, "--out", str(out)]) == 0
        return out, "".join(lines)

    return of


class _Paper:
    """A stream that keeps what is printed."""

    encoding = "utf-8"

    def __init__(self, lines):
        self.lines = lines

    def write(self, text):
        self.lines.append(text)

    def flush(self):
        pass

    def isatty(self):
        return False


def read_by_a_french_reader(text):
    """Lines, names of the user's own left out, and the borders of tables."""
    return [line.strip() for line in re.split(r"[│┃\n]", OWN.sub("", re.sub(r"[┏┓┗┛┳┻━┡┩╇└┘┴─┌┐]", "", text))) if line.strip()]


def numbers(text, lang):
    """Every number that is printed, as a number."""
    text = OWN.sub("", text)
    if lang == "fr":
        text = text.replace(NARROW, "").replace("\u202f", "").replace("\u00a0", "").replace("−", "-").replace(",", ".")
    else:
        text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return [float(each) for each in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize("name", MADE)
def test_what_is_printed_is_french_with_the_same_figures(name, played):
    (out, french), (other, plain) = played(name, "fr"), played(name, "en")
    lines = read_by_a_french_reader(french)
    assert english(lines) == {} and unprinted(lines) == []
    kept = [line for file in sorted(out.glob("*.txt")) for line in read_by_a_french_reader(file.read_text("utf-8"))]
    assert kept and english(kept) == {} and unprinted(kept) == []
    assert sorted(numbers(french, "fr")) == sorted(numbers(plain, "en")) and len(numbers(plain, "en")) > 12
    assert len(english(read_by_a_french_reader(plain))) > 3  # the same search on the English finds plenty
    tables = sorted(file.name for file in other.glob("*.csv") if not file.with_suffix(".svg").exists())
    assert tables and all((out / table).read_bytes() == (other / table).read_bytes() for table in tables)


def test_figures_of_ones_own_factors_are_drawn_in_french(played):
    drawings = sorted(played("factors", "fr")[0].glob("*.svg"))
    assert len(drawings) >= 4
    for file in drawings:
        drawn = html.unescape("\n".join(re.findall(r"<!-- (.*?) -->", file.read_text("utf-8"), flags=re.DOTALL)))
        lines = read_by_a_french_reader(drawn)
        assert lines and english(lines) == {} and unprinted(lines) == [], file


def test_it_is_played_again_in_its_language(played, capsys):
    assert status(["rerun", str(played("tied", "fr")[0])]) == 0
    assert "--lang=fr" in capsys.readouterr().out


def test_every_sentence_that_a_table_may_hold_has_a_french_one():
    known = page_texts("fr")
    sentences = [*ESTIMATORS, *WHY_NOT.values(), TIED, INERT, given_data.INERT, "no input varies so"]
    sentences += [line for lines in WARNINGS.values() for line in lines]
    assert [line for line in sentences if f"words.{line}" not in known] == []
    measures = {measure for each in MEASURES.values() for _, measure, _ in each} | {"src", "r_squared", "noise_share", "effect"}
    assert [name for name in measures if f"measures.{name}" not in known] == []
    with told_in("fr"):
        assert input_name("dyad.trust & parameter_set") == "dyad.trust & ce que le calage laisse ouvert"
        assert input_name("levers.smart_goals") == "niveau du levier objectifs SMART" == spoken("levers.smart_goals")
        assert output_name("revenue_growth") == "Croissance du chiffre d’affaires" and output_name("mine") == "mine"
        assert measure_name("total_mean") == "indice total" and word(INERT) == "inerte (pour l’échelle)"
        assert (
            said("drives.few_points", what="x", points=3, least=40)
            == f"x{NARROW}: trop peu de points (3{NARROW}; il en faut au moins 40)"
        )
    assert (input_name("smart_goals"), output_name("revenue_growth"), measure_name("src")) == (
        "smart_goals",
        "revenue_growth",
        "src",
    )


def test_a_note_on_a_plan_is_in_the_language_too(tmp_path, capsys):
    file = tmp_path / "plan.toml"
    file.write_text(f'{SWEPT}[design]\nkind = "sobol"\npoints = 64\n{FACTORS}', encoding="utf-8")
    with told_in("fr"):
        from_plan(file, False, False)
    told = capsys.readouterr().err
    assert "replicates (propre à un balayage)" in told and "scenarios (la commande nomme les siens)" in told
    assert Path(file).name in told and told.startswith("note")

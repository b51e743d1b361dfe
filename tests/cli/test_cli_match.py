"""`segdsl match`: profiles from JSON, thresholds of a run, and what is wrong with either."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from segdsl_runner import answer, project, segdsl

RULES = (
    "segment grown_up: age >= 18\nsegment local: city = 'İstanbul'\nsegment buyer: did purchase\n"
)
AS_OF = "2026-01-31T20:59:59.999999+00:00"
EVENTS = """
[events.purchase]
source = "purchases.csv"
key = "customer"
time = "bought"
[events.purchase.fields]
bought = "instant"
amount = "number"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = project(tmp_path / "in")
    (folder / "rules.seg").write_text(RULES, encoding="utf-8")
    (folder / "catalog.toml").open("a", encoding="utf-8").write(EVENTS)
    monkeypatch.chdir(folder)
    return folder


def test_one_profile_gives_a_name_a_line(here: Path) -> None:
    (here / "one.json").write_text('\n{\n  "age": 30,\n  "city": "I\u0307stanbul"\n}\n', "utf-8")
    assert segdsl("match", "rules.seg", "one.json").stdout == "grown_up\nlocal\n"
    assert segdsl("match", "rules.seg", "-", input='\ufeff{"age": "18"}').stdout == "grown_up\n"
    nobody = segdsl("match", "rules.seg", "-", input='{"age": null, "unheard of": [{}]}')
    assert (nobody.exit_code, nobody.stdout) == (0, "")
    assert "the profile is in no audience" in nobody.stderr
    found = answer("match", "rules.seg", "one.json")
    assert found == {"as_of": AS_OF, "segments": ["grown_up", "local"]}


def test_json_lines_give_a_line_each(here: Path) -> None:
    lines = '{"age": 30, "city": "İstanbul"}\n\n{"age": 3}\n{"age": 18}\n'
    assert (
        segdsl("match", "rules.seg", "-", input=lines).stdout == "grown_up, local\n\n\ngrown_up\n"
    )
    (here / "one.jsonl").write_text('{"age": 30, "city": "İstanbul"}', encoding="utf-8")
    assert segdsl("match", "rules.seg", "one.jsonl").stdout == "grown_up, local\n"
    printed = segdsl("match", "rules.seg", "-", "--format", "json", input=lines).stdout
    named = [json.loads(line)["segments"] if line else None for line in printed.splitlines()]
    assert named == [["grown_up", "local"], None, [], ["grown_up"]]


@pytest.mark.parametrize("name", ["-", "lines.jsonl", "lines.txt"])
def test_lines_of_names_go_with_lines_of_profiles(name: str, here: Path) -> None:
    lines = '\n  \n{"age": 30}\n\n{"age": 18}\n\n'
    (here / "lines.jsonl").write_text(lines)
    (here / "lines.txt").write_text(lines)
    result = segdsl("match", "rules.seg", name, input=lines)
    assert result.stdout == "\n\ngrown_up\n\ngrown_up\n\n"
    one = segdsl("match", "rules.seg", "-", input='\n\n{"age": 30}\n\n')
    assert one.stdout == "grown_up\n"  # one profile, however many lines there are


@pytest.mark.parametrize(
    ("profile", "said", "remedy"),
    [
        ('{"age": 1, "age": 2}', "`age` stands twice in one object", "one value stands under each"),
        ('{"é": 1, "e\u0301": 2}', "`é` stands twice in one object", "one value stands under each"),
        ('{"purchase": [{"amount": 1, "amount": 1}]}', "`amount` stands twice", "in a list"),
        ('{"age": NaN}', "`NaN` is no value that JSON has", "`null` is for what is not known"),
        ('{"x": [-Infinity]}', "`-Infinity` is no value that JSON has", "`null` is for"),
        ('{"age": 1e999}', "the number `1e999` is too large", "`null` is for"),
    ],
)
def test_profiles_that_can_be_read_in_two_ways(
    profile: str, said: str, remedy: str, here: Path
) -> None:
    result = segdsl("match", "rules.seg", "-", input=f'{{"age": 30}}\n\n{profile}\n')
    assert (result.exit_code, result.stdout) == (1, "grown_up\n\n")
    assert f"error[SG518]: {said}" in result.stderr
    assert "--> <stdin>:3" in result.stderr
    assert remedy in result.stderr
    (here / "events.jsonl").write_text(profile)
    given = segdsl("match", "rules.seg", "-", "--events", "purchase=events.jsonl", input="{}")
    assert given.exit_code == 1
    assert "--> events.jsonl:1" in given.stderr


def test_events_stand_in_the_profile_or_beside_it(here: Path) -> None:
    bought = [{"bought": "2026-01-05T10:00", "amount": 3}]
    profile = json.dumps({"purchase": bought})
    assert segdsl("match", "rules.seg", "-", input=profile).stdout == "buyer\n"
    (here / "list.json").write_text(json.dumps(bought))
    (here / "lines.jsonl").write_text("\n" + json.dumps(bought[0]) + "\n")
    for file in ("list.json", "lines.jsonl"):
        given = ("match", "rules.seg", "-", "--events", f"purchase={file}")
        assert segdsl(*given, input="{}").stdout == "buyer\n"
        assert segdsl(*given, "--as-of", "2025-12-31", input="{}").stdout == ""
        several = segdsl(*given, input="{}\n{}\n")
        assert several.exit_code == 2
        assert "--events are of one profile" in several.stderr


@pytest.mark.parametrize("name", ["list.json", "list.jsonl"])
@pytest.mark.parametrize("blanks", ["", "\n  "])
def test_events_behind_a_byte_order_mark(name: str, blanks: str, here: Path) -> None:
    event = '{"bought": "2026-01-05T10:00"}'
    for text in (f"[{event}]", f"{event}\n{event}\n"):
        (here / name).write_text(f"\ufeff{blanks}{text}", encoding="utf-8")
        found = segdsl("match", "rules.seg", "-", "--events", f"purchase={name}", input="{}")
        assert (found.stdout, found.stderr) == ("buyer\n", "")


@pytest.mark.parametrize(
    ("text", "place"), [("{}\n\n[{}]\n", "events.json:3"), ("[{}, 3]", "events.json, event 2")]
)
def test_events_that_are_no_objects(text: str, place: str, here: Path) -> None:
    (here / "events.json").write_text(text)
    given = segdsl("match", "rules.seg", "-", "--events", "purchase=events.json", input="{}")
    assert (given.exit_code, given.stdout) == (1, "")
    assert "error[SG518]: an event is an object with values by property" in given.stderr
    assert f"--> {place}\n" in given.stderr


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"bought": "2026-01-05T10:00"}\n\n{"bought": "5.1.2026"}\n', "events.json:3"),
        ('[{}, {"bought": "5.1.2026"}]', "events.json, event 2"),
    ],
)
def test_events_of_another_type_are_named_where_they_stand(
    text: str, place: str, here: Path
) -> None:
    (here / "events.json").write_text(text)
    (here / "one.json").write_text("{}")
    given = segdsl("match", "rules.seg", "one.json", "--events", "purchase=events.json")
    assert (given.exit_code, given.stdout) == (1, "")
    assert "SG518]: `purchase.bought`: '5.1.2026' is not of type instant" in given.stderr
    assert f"--> {place}\n" in given.stderr
    undeclared = ("match", "did purchase", "one.json", "--events", "purchase=events.json")
    (here / "events.json").write_text('[{"time": "5.1.2026"}]')
    result = segdsl(*undeclared)
    assert "error[SG204]" in result.stderr
    assert "--> one.json, events.json\n" in result.stderr


def test_events_without_their_time_are_said(here: Path) -> None:
    timeless = [{"amount": 3}, {"bought": None}, {"bought": "2026-01-05T10:00"}]
    (here / "events.json").write_text(json.dumps(timeless))
    given = ("match", "rules.seg", "-", "--events", "purchase=events.json")
    said = "2 of 3 events `purchase` are left out: 2 without a time `bought`"
    result = segdsl(*given, input="{}")
    assert result.stdout == "buyer\n"
    assert f"notice[SG522]: {said}\n  --> events.json\n" in result.stderr
    assert segdsl(*given, "--quiet", input="{}").stderr == ""
    own = json.dumps({"purchase": timeless})
    lines = segdsl("match", "rules.seg", "-", input=f"{own}\n{{}}\n")
    assert lines.stdout == "buyer\n\n"
    assert lines.stderr.count("SG522") == 1
    assert f"{said}\n  --> <stdin>:1\n" in lines.stderr
    (here / "one.json").write_text(own)
    (notice,) = answer("match", "rules.seg", "one.json")["notices"]
    assert (notice["code"], notice["message"]) == ("SG522", said)
    unread = segdsl("match", "age > 3", "one.json", "--catalog", "catalog.toml")
    assert (unread.exit_code, unread.stderr) == (0, "the profile is in no audience\n")


def test_events_that_nothing_speaks_of_are_said(here: Path) -> None:
    (here / "events.json").write_text("[]")
    (here / "one.json").write_text("{}")
    given = ("match", "rules.seg", "one.json", "--events", "login=events.json")
    result = segdsl(*given)
    assert result.exit_code == 0
    assert "notice[SG317]: the data named for the event `login` are not read" in result.stderr
    assert [one["code"] for one in answer(*given)["notices"]] == ["SG317"]


def test_types_are_those_of_the_values_without_a_catalog() -> None:
    lines = '{"age": 30}\n{"age": 3}\n{"age": "x"}\n'
    result = segdsl("match", "age >= 18", "-", input=lines)
    assert result.exit_code == 1
    assert result.stdout == "segment\n\n"
    assert "error[SG201]: `age` is a text" in result.stderr
    assert "  --> <stdin>:3\n  ::: <condition>:1:1\n" in result.stderr


@pytest.mark.parametrize(
    ("rule", "profile", "code"),
    [
        ("age >= 18", '{"age": "x"}', "SG201"),
        ("did purchase", '{"age": 30, "purchase": [{"amount": 3}]}', "SG520"),
        ("sample 50% seed 'x'", '{"age": 30}', "SG401"),
        (
            "sum of purchase.amount > 3",
            '{"purchase": [{"bought": "2026-01-01T10:00", "amount": 1e300}]}',
            "SG526",
        ),
    ],
)
def test_complaints_of_a_profile_have_its_place(
    rule: str, profile: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lines.jsonl").write_text(f"\n{profile}\n")
    Path("one.json").write_text(profile)
    Path("catalog.toml").write_text(EVENTS)
    catalog = ("--catalog", "catalog.toml") if code == "SG526" else ()
    for file, place in (("lines.jsonl", "lines.jsonl:2"), ("one.json", "one.json")):
        result = segdsl("match", rule, file, *catalog)
        assert result.exit_code == 1
        assert f"error[{code}]" in result.stderr
        assert f"  --> {place}\n" in result.stderr
        printed = segdsl("match", rule, file, *catalog, "--format", "json").stdout
        (told,) = json.loads(printed[printed.index("{") :])["diagnostics"]
        assert (told["code"], told["place"]) == (code, place)


def test_complaints_of_every_profile_have_no_place(tmp_path: Path) -> None:
    (tmp_path / "events.json").write_text("[]")
    events = ("--events", f"purhcase={tmp_path / 'events.json'}")
    for words, code in (
        (("top 5% by age", "-"), "SG402"),
        (("did purchase", "-", *events), "SG316"),
    ):
        result = segdsl("match", *words, input='{"age": 30}')
        assert f"error[{code}]" in result.stderr
        assert "-->" not in result.stderr


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no profile"),
        ("  \n", "there is no profile"),
        ("[]", "a profile is an object"),
        ("3", "a profile is an object"),
        ('{"age": 3,}', "it is not JSON"),
        ('{"age": 30', "Expecting ',' delimiter at character 11, where it ends"),
        ('{"age": 30\n', "Expecting ',' delimiter at character 11, where it ends"),
        ('{"age": 30,\n "city": ]\n', "Expecting value at line 2, character 10"),
        ('{"age', "Unterminated string starting at character 2"),
        ('{"age": true}', "field `age`: True is not of type number"),
        ('{"age": [3]}', "field `age`: [3] is not of type number"),
        ('{"city": 3}', "field `city`: 3 is not of type text"),
        ('{"purchase": {}}', "events `purchase` are a list, not dict"),
        ('{"purchase": [3]}', "an event `purchase` is a mapping"),
        ('{"purchase": [{"bought": "soon"}]}', "`purchase.bought`: 'soon' is not of type instant"),
        ('{"age": ' + "9" * 5000 + "}", "a number in it has too many digits"),
        ("[" * 200_000, "it is nested too deeply"),
        ('{"age": 30}\n{"age": "x"}\n', "--> <stdin>:2"),
        ('{"age": 30}\n[]\n', "--> <stdin>:2"),
        ('{"age": 30}\n{"age"\n', "--> <stdin>:2"),
    ],
)
def test_what_is_no_profile(text: str, said: str) -> None:
    result = segdsl("match", "rules.seg", "-", input=text)
    assert result.exit_code == 1
    assert "error[SG518]" in result.stderr
    assert said in result.stderr
    printed = segdsl("match", "rules.seg", "-", "--format", "json", input=text).stdout
    assert '"SG518"' in printed


@pytest.mark.usefixtures("here")
def test_keys_of_half_a_character() -> None:
    given = ("match", "sample 50% seed 'x'", "-", "--catalog", "catalog.toml")
    result = segdsl(*given, input='{"id": 1}\n{"id": "a\\ud800"}\n')
    assert result.exit_code == 1
    assert r"SG518]: key `id`: 'a\ud800' has half a character, which no key has" in result.stderr
    assert "--> <stdin>:2\n" in result.stderr


def test_files_that_cannot_be_read(here: Path) -> None:
    (here / "latin.json").write_bytes('{"city": "Ağrı"}'.encode("iso-8859-9"))
    assert "it is not UTF-8: byte 12" in segdsl("match", "rules.seg", "latin.json").stderr
    for words in (("nowhere.json",), ("-", "--events", "purchase=nowhere.json"), (".",)):
        result = segdsl("match", "rules.seg", *words, input="{}")
        assert result.exit_code == 1
        assert "SG518" in result.stderr


RANKED = "segment best: top 50% by age\nsegment oldest: quartile of age = 3\n"


def test_thresholds_of_a_run(here: Path) -> None:
    (here / "ranked.seg").write_text(RANKED)
    lacking = segdsl("match", "ranked.seg", "-", input='{"id": 5, "age": 60}')
    assert lacking.exit_code == 1
    assert "error[SG402]" in lacking.stderr
    assert "--thresholds FILE" in lacking.stderr
    run = segdsl("run", "ranked.seg", "--thresholds", "kept/marks.json")
    assert run.exit_code == 0, run.output
    assert "the thresholds are in" in run.stdout
    match = ("match", "ranked.seg", "-", "--thresholds", "kept/marks.json")
    assert segdsl(*match, input='{"id": 5, "age": 60}').stdout == "best\noldest\n"
    assert segdsl(*match, input='{"id": 5, "age": 20}').stdout == ""
    assert "customer's key" in segdsl(*match, input='{"age": 60}').stderr
    record = answer("run", "ranked.seg", "--thresholds", "other.json", "--out", "out")
    assert record["thresholds"] == "other.json"
    assert (here / "other.json").read_text() == (here / "kept" / "marks.json").read_text()
    other = segdsl(
        "match", "top 40% by age", "-", *match[3:], "--catalog", "catalog.toml", input="{}"
    )
    assert "error[SG402]" in other.stderr


@pytest.mark.parametrize("name", ["customers.csv", "catalog.toml", "out/best.csv", "."])
def test_thresholds_replace_no_file_of_the_run(name: str, here: Path) -> None:
    (here / "ranked.seg").write_text(RANKED)
    before = (here / "customers.csv").read_bytes()
    result = segdsl("run", "ranked.seg", "--out", "out", "--thresholds", name)
    assert result.exit_code == 1
    assert "error[SG513]" in result.stderr
    assert (here / "customers.csv").read_bytes() == before
    assert (here / "out" / "best.csv").read_text().startswith("id")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 9}', '{"version": 1, "thresholds": {"a": {"last": 3}}}']
)
def test_damaged_thresholds(text: str, here: Path) -> None:
    (here / "marks.json").write_text(text)
    result = segdsl("match", "age > 1", "-", "--thresholds", "marks.json", input='{"age": 3}')
    assert result.exit_code == 1
    assert "error[SG519]: the thresholds cannot be read" in result.stderr
    assert "SG519" in segdsl("match", "age > 1", "-", "--thresholds", "no.json", input="{}").stderr


@pytest.mark.usefixtures("here")
def test_lines_are_answered_as_they_come() -> None:
    words = [sys.executable, "-m", "segdsl", "match", "rules.seg", "-"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write('{"age": 30}\n{"age": 40}\n')
        running.stdin.flush()
        assert running.stdout.readline() == "grown_up\n"
        running.stdin.write('{"age": 3}\n')
        running.stdin.close()
        assert running.stdout.read() == "grown_up\n\n"

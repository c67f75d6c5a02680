"""``ecg-core protocol diff`` and ``ecg-core protocol docs``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import Command
from pack_writer import FILES, write_pack

from ecg_core.testing.synthetic import sinus_rhythm

SLOW = """\
id: slow
statement: RHY_SINUS
status: test
phase: rhythm
criteria:
  beats:
    if: heart_rate > 0
    text: beats
    source: {ref: AHA3, where: p. 1}
    provenance: published
when: beats
explain: "Rate {heart_rate}."
"""
STRICTER = {
    "thresholds/av.yaml": FILES["thresholds/av.yaml"].replace("200 ms", "120 ms"),
    "rules/av/long_pr.yaml": FILES["rules/av/long_pr.yaml"].replace("status: test", "status: test\nseverity: abnormal"),
    "rules/rhythm/slow.yaml": SLOW,
}


@pytest.fixture
def packs(tmp_path: Path) -> tuple[Path, Path]:
    second = write_pack(tmp_path / "second", STRICTER)
    (second / "rules" / "overall" / "abnormal.yaml").unlink()
    return write_pack(tmp_path / "first"), second


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A sinus rhythm with a PR interval between the limits of the two packs."""
    import wfdb

    made = sinus_rhythm()
    folder = tmp_path / "set"
    folder.mkdir()
    wfdb.wrsamp(
        "one", fs=made.sampling_rate, units=["mV"] * len(made.leads), sig_name=list(made.leads), p_signal=made.signal.T,
        fmt=["16"] * len(made.leads), write_dir=str(folder), comments=["<age>: 50", "<sex>: Male"],
    )  # fmt: skip
    return folder / "one.hea"


def test_equal_packs(run: Command, packs: tuple[Path, Path]) -> None:
    done = run("protocol", "diff", packs[0], packs[0])
    assert (done.code, done.out) == (0, "tiny 0.1.0 and tiny 0.1.0: the rules are equal\n")


def test_rules_that_differ(run: Command, packs: tuple[Path, Path]) -> None:
    done = run("protocol", "diff", *packs)
    assert done.code == 0
    assert done.out.splitlines() == [
        "tiny 0.1.0 and tiny 0.1.0: 3 rules differ",
        "~ AVC_LONGPR First-degree AV block / prolonged PR",
        "    severity",
        "      - borderline",
        "      + abnormal",
        "    threshold pr_upper",
        "      - 200 ms (published: AHA3, statement 82)",
        "      + 120 ms (published: AHA3, statement 82)",
        "- OVR_ABNORMAL Abnormal ECG",
        "+ RHY_SINUS Sinus rhythm",
    ]


def test_as_json(run: Command, packs: tuple[Path, Path]) -> None:
    result = run("protocol", "diff", *packs, "-f", "json").json
    assert [pack["id"] for pack in result["packs"]] == ["tiny", "tiny"]
    assert len({pack["sha256"] for pack in result["packs"]}) == 2
    assert [(item["statement"], item["kind"]) for item in result["rules"]] == [
        *(("AVC_LONGPR", "changed"), ("OVR_ABNORMAL", "removed"), ("RHY_SINUS", "added"))
    ]
    assert result["rules"][0]["changes"][0] == {"what": "severity", "before": "borderline", "after": "abnormal"}
    assert result["recordings"] == []


def test_findings_that_change(run: Command, packs: tuple[Path, Path], recording: Path) -> None:
    done = run("protocol", "diff", *packs, recording)
    assert done.code == 0
    found = done.out.partition("\n\n")[2].splitlines()
    assert found == [
        "findings differ on 1 of 1 recording",
        str(recording),
        "  + AVC_LONGPR First-degree AV block / prolonged PR",
        "  + RHY_SINUS Sinus rhythm",
    ]


def test_a_folder_is_a_set(run: Command, packs: tuple[Path, Path], recording: Path) -> None:
    result = run("protocol", "diff", *packs, recording.parent, "-f", "json").json
    assert result["recordings"] == [
        {"recording": str(recording), "gained": ["AVC_LONGPR", "RHY_SINUS"], "lost": [], "regraded": {}}
    ]
    turned = run("protocol", "diff", *reversed(packs), recording.parent, "-f", "json").json
    assert turned["recordings"][0]["lost"] == ["AVC_LONGPR", "RHY_SINUS"]


def test_regraded(run: Command, packs: tuple[Path, Path], recording: Path, tmp_path: Path) -> None:
    same_limit = {**STRICTER, "rules/av/long_pr.yaml": FILES["rules/av/long_pr.yaml"]}
    first = write_pack(tmp_path / "third", same_limit)
    done = run("protocol", "diff", first, packs[1], recording, recording)
    assert "  ~ AVC_LONGPR First-degree AV block / prolonged PR: borderline U1 -> abnormal U1" in done.out.splitlines()
    assert "  AVC_LONGPR First-degree AV block / prolonged PR: ~2" in done.out.splitlines(), "the sum over recordings"


def test_recordings_that_cannot_be_read(
    run: Command, packs: tuple[Path, Path], recording: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.hea"
    broken.write_text("not a header\n")
    done = run("protocol", "diff", *packs, broken, recording)
    assert done.code == 3
    assert "broken.hea" in done.err
    assert "findings differ on 1 of 1 recording" in done.out
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("protocol", "diff", *packs, empty).code == 2


def test_docs(run: Command, packs: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "pages"
    done = run("protocol", "docs", packs[0], "--out", out)
    assert (done.code, done.out) == (0, f"{out / 'index.md'}\n")
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.md")} == {
        *("index.md", "av/long_pr.md", "rhythm/afib.md", "overall/abnormal.md")
    }
    page = (out / "av" / "long_pr.md").read_text(encoding="utf-8")
    for part in (
        "# First-degree AV block / prolonged PR",
        "`AVC_LONGPR`, rule `long_pr`: borderline, urgency routine, status test.",
        "- **prolonged**: PR interval above the adult limit",
        "  - `pr_interval > pr_upper`",
        "  - published: AHA3, statement 82",
        "When `prolonged`.",
        "- [Atrial fibrillation](../rhythm/afib.md)",
        "| `pr_upper` | 200 ms | upper limit of the normal PR interval | published: AHA3, statement 82 |",
        "- PR interval (`pr_interval` in ms):",
        "| at the limit | at threshold | pr_interval 200 ms | false |  |",
        "| in fibrillation | suppressed | pr_interval 214 ms; RHY_AFIB true | true | no |",
        "- **AHA3**: Surawicz 2009, JACC 53:976",
    ):
        assert part in page, part
    index = (out / "index.md").read_text(encoding="utf-8")
    assert "| [Atrial fibrillation](rhythm/afib.md) | `RHY_AFIB` | abnormal | same day | test |" in index


def test_docs_never_overwrites(run: Command, packs: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "mine.md").write_text("mine")
    done = run("protocol", "docs", packs[0], "--out", tmp_path / "pages")
    assert done.code == 2
    assert "not empty" in done.err


def test_every_link_of_the_pages_leads_somewhere(run: Command, tmp_path: Path) -> None:
    out = tmp_path / "pages"
    folder = Path(__file__).parent.parent.parent / "protocols" / "ecg_protocol_athlete"
    assert run("protocol", "docs", folder, "--out", out).code == 0
    for page in out.rglob("*.md"):
        for target in re.findall(r"\]\(([^)]+\.md)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).is_file(), (page, target)
    index = (out / "index.md").read_text(encoding="utf-8")
    assert "It extends `adult12`" in index

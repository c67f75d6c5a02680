from dataclasses import replace

import pytest

from ecg_core.errors import UnknownNameError
from ecg_core.findings import Evidence, Exclusion, Interpretation, Verdict
from ecg_core.report import render
from ecg_core.report.text import WIDTH


def text(interpretation: Interpretation) -> str:
    return render(interpretation, "text").decode()


def test_the_text_report_says_what_was_found_and_why(interpretation: Interpretation) -> None:
    report = text(interpretation)
    assert "First-degree AV block  [AVC_LONGPR; abnormal, routine review]" in report
    assert "PR interval 214 ms > 200 ms (Surawicz 2009)" in report
    assert "    Surawicz 2009, Part III" in report
    assert "P axis, because: P axis: no P wave found" in report
    assert "PR interval          214 ms ± 5              machine: 210 ms" in report
    assert "Research use only." in report
    assert report.endswith("\n")
    assert max(len(line) for line in report.splitlines()) <= WIDTH


def test_critical_findings_stand_first(interpretation: Interpretation) -> None:
    (finding,) = interpretation.findings
    critical = replace(
        interpretation, findings=(replace(finding, urgency="U3", certainty="probable"),), critical=("AVC_LONGPR",)
    )
    report = text(critical)
    assert report.index("*** CRITICAL: Probable: First-degree AV block ***") < report.index("FINDINGS")


def test_a_suppressed_finding_is_not_a_finding(interpretation: Interpretation) -> None:
    (finding,) = interpretation.findings
    silenced = replace(interpretation, findings=(replace(finding, final=False, suppressed_by=("RHY_AFIB",)),))
    report = text(silenced)
    assert "No statement of the protocol is met." in report
    assert "First-degree AV block: criteria met, explained by Atrial fibrillation" in report


def test_leads_of_one_comparison_share_a_line(interpretation: Interpretation) -> None:
    (finding,) = interpretation.findings
    rows = tuple(
        Evidence("st_j", ">=", Verdict.TRUE, lead=lead, value=value, unit="mV", limit=0.1, margin=value)
        for lead, value in (("II", 0.12), ("III", 0.21), ("aVF", 0.18))
    )
    report = text(
        replace(interpretation, findings=(replace(finding, evidence=rows, group="acs", leads=("II", "III", "aVF")),))
    )
    assert "ST at J in III 0.21 mV ≥ 0.10 mV (largest of II, III, aVF)" in report


def test_exclusions_are_printed(interpretation: Interpretation) -> None:
    excluded = Exclusion("AVC_2TO1", "2:1 AV block", "AVC_LONGPR", "every P wave is conducted", ())
    again = replace(excluded, considered_for="RHY_SBRAD", text="the same, for another finding")
    report = text(replace(interpretation, excluded=(excluded, again)))
    assert "2:1 AV block: every P wave is conducted" in report
    assert "for another finding" not in report


def test_ecg_reports(interpretation: Interpretation) -> None:
    assert Interpretation.from_json(render(interpretation, "json")) == interpretation
    with pytest.raises(UnknownNameError, match="unknown report"):
        render(interpretation, "jsn")

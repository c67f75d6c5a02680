from dataclasses import replace

import pytest

from ecg_core.errors import UnknownNameError
from ecg_core.findings import Evidence, Exclusion, Interpretation, NotAssessed, Verdict
from ecg_core.measurements import Measurement
from ecg_core.report import render
from ecg_core.report.wrap import WIDTH


def text(interpretation: Interpretation) -> str:
    return render(interpretation, "text").decode()


def test_the_text_report_says_what_was_found_and_why(interpretation: Interpretation) -> None:
    report = text(interpretation)
    assert "First-degree AV block [AVC_LONGPR; abnormal, routine review]" in report
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
    assert "No statement that could be judged is met." in report
    assert "  Explained by Atrial fibrillation: First-degree AV block\n" in report


def test_what_one_finding_explains_shares_a_line(interpretation: Interpretation) -> None:
    (finding,) = interpretation.findings
    cause = replace(finding, statement="RHY_VT")
    first = replace(finding, name="Low voltage", statement="VLT_LOW", final=False, suppressed_by=("RHY_VT",))
    chained = replace(first, name="Tall T", statement="TWA_TALL", suppressed_by=("RHY_WCT", "RHY_VT"))
    report = text(replace(interpretation, findings=(cause, first, chained)))
    assert "  Explained by Ventricular tachycardia (monomorphic): Low voltage; Tall T\n" in report
    assert "Wide-QRS tachycardia" not in report


def test_leads_of_one_comparison_share_a_line(interpretation: Interpretation) -> None:
    (finding,) = interpretation.findings
    rows = tuple(
        Evidence("st_j", ">=", Verdict.TRUE, lead=lead, value=value, unit="mV", limit=0.1, margin=value)
        for lead, value in (("II", 0.12), ("III", 0.21), ("aVF", 0.18))
    )
    report = text(
        replace(interpretation, findings=(replace(finding, evidence=rows, group="acs", leads=("II", "III", "aVF")),))
    )
    assert "ST at J in III 0.21 mV ≥ 0.10 mV (clearest of II, III, aVF)" in report


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


def test_notes_and_the_reason_for_the_overall_statement_stand_on_top(interpretation: Interpretation) -> None:
    (finding,) = interpretation.findings
    overall = replace(
        finding, statement="OVR_NORMAL", name="Normal ECG", group="overall", explanation="No abnormality detected."
    )
    blocked = replace(overall, statement="OVR_OTHERWISE", name="Otherwise normal ECG", final=False)
    made = replace(interpretation.provenance, notes=("adult rules withheld",))
    report = text(replace(interpretation, findings=(overall, blocked), provenance=made))
    assert "  => Normal ECG\n     No abnormality detected.\n" in report
    assert report.index("Note: adult rules withheld") < report.index("FINDINGS")
    assert "Otherwise normal" not in report


def test_leads_with_the_same_answer_share_a_line(interpretation: Interpretation) -> None:
    (finding,) = interpretation.findings
    flat = tuple(Evidence("lead_flat", "==", Verdict.TRUE, lead=lead, value=True) for lead in ("aVR", "V3"))
    assert "      - flat lead in aVR, V3: yes\n" in text(
        replace(interpretation, findings=(replace(finding, evidence=flat),))
    )


def test_what_could_not_be_judged_is_told_by_cause(interpretation: Interpretation) -> None:
    items = (
        NotAssessed("ACS_DEWIN", "de Winter pattern", ("leads V1-V3 are missing",), "U3"),
        NotAssessed("ACS_STEMI_INF", "Inferior ST elevation", ("lead aVF is missing",), "U3"),
        NotAssessed("RHY_WCT", "Wide-QRS tachycardia", ("QRS duration: no QRS complex found",), "U3"),
        NotAssessed("RHY_IVR", "Idioventricular rhythm", ("P wave present: no QRS complex found",), "U2"),
        NotAssessed("INF_AGE_ACUTE", "Infarct, acute", ("Inferior infarct: not assessed",), "U1"),
        NotAssessed("QT_LONG", "Long QT interval", ("QT interval: T end not found",), "U1"),
    )
    section = text(replace(interpretation, not_assessed=items)).partition("NOT ASSESSED\n")[2].partition("\n\n")[0]
    assert section.splitlines() == [
        "  de Winter pattern; Inferior ST elevation, because: leads aVF, V1-V3 are missing",
        "  Wide-QRS tachycardia; Idioventricular rhythm, because: no QRS complex found",
        "  Infarct, acute, because: Inferior infarct: not assessed",
        "  Long QT interval, because: QT interval: T end not found",
    ]


def test_a_near_miss_is_no_finding(interpretation: Interpretation) -> None:
    (finding,) = interpretation.findings
    near = replace(finding, raw=False, certainty="borderline", explanation="Just short of the limit.")
    report = text(replace(interpretation, findings=(near,)))
    assert "FINDINGS\n  No statement that could be judged is met." in report
    assert "  Borderline: First-degree AV block [AVC_LONGPR]: Just short of the limit." in report


def test_the_most_urgent_overall_statement_stands_first(interpretation: Interpretation) -> None:
    (finding,) = interpretation.findings
    abnormal = replace(finding, name="Abnormal ECG", group="overall", urgency="U1")
    critical = replace(finding, name="CRITICAL VALUE", group="overall", urgency="U3")
    report = text(replace(interpretation, findings=(abnormal, critical)))
    assert report.index("=> CRITICAL VALUE") < report.index("=> Abnormal ECG")


def test_small_uncertainties_are_not_printed_as_zero(interpretation: Interpretation) -> None:
    rows = tuple(Measurement(name, 61.0, "1/min", u=u) for name, u in (("heart_rate", 0.3), ("qrs_duration", 0.01)))
    report = text(replace(interpretation, measurements=rows))
    assert "61/min ± 0.3" in report
    assert "61/min ± <0.1" in report

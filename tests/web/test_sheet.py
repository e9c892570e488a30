"""The approval sheet, on the page and as a PDF: everything that was decided, and who may see it."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text

from app.core.database import table_of
from app.core.ids import new_id
from app.web.paper import HEADING, WHOLE_LINES, WIDTH, Box, Drawing, Paper, Words
from app.workflow.models import ProcessInstance, Vote
from app.workflow.returning.models import ReturnPoint
from tests.web.desk import Desks, words
from tests.web.papers import codes_in, fonts_of, pictures_of, text_of
from tests.workflow.test_ledger import drop_triggers

CODE = "YS2023-0008"
LONG = "经核，项目立项依据充分，绩效目标与部门职责相符，指标值测算过程完整。" * 12


def item_of(desks: Desks, code: str = CODE) -> UUID:
    with desks.database.unit_of_work(write=False) as session:
        query = select(ProcessInstance.id).where(ProcessInstance.subject_code == code)
        return session.scalars(query).one()


def sheet(desks: Desks, who: str = "mgr", language: str = "zh", suffix: str = "") -> str:
    answer = desks.of(who, language).get(f"/instances/{item_of(desks)}/sheet{suffix}")
    assert answer.status_code == 200
    return words(answer)


def pdf(desks: Desks, language: str = "zh") -> bytes:
    answer = desks.of("mgr", language).get(f"/instances/{item_of(desks)}/sheet.pdf")
    assert answer.mimetype == "application/pdf"
    return answer.data


def change(desks: Desks, statement: str, **values: object) -> None:
    """Write what the sample bureau has none of."""
    drop_triggers(desks.database)
    with desks.database.unit_of_work() as session:
        session.execute(text(statement), values)


def test_the_page_says_everything_that_was_decided(desks: Desks) -> None:
    said = sheet(desks)

    for part in (
        "绩效目标审核审批单",
        "路灯节能改造",
        "700.00",
        "已办结：目标已批复",
        "改造节能路灯盏数",
        "初审意见 第 1 轮 退回单位 → 编制目标",
        "节能效益缺少测算依据",
        "评审员 陈世杰",
        "2022-09-13 10:40",
        "随预算批复",
        "完好，未被改动，无缺漏",
    ):
        assert part in said
    assert "Approval sheet: Performance goal review" in sheet(desks, language="en")


def test_the_printed_sheet_holds_the_same_in_chinese_that_can_be_selected(
    desks: Desks, tmp_path: Path
) -> None:
    printed = pdf(desks)
    text = text_of(printed)

    for part in (
        "绩效目标审核审批单",
        "节能效益缺少测算依据",
        "陈世杰",
        "2022-09-13 10:40",
        "2,000",
    ):
        assert part in text
    assert "2,023" not in text + sheet(desks)  # a year is no amount
    assert "第 1 页，共 3 页" in text
    assert "第 3 页，共 3 页" in text
    fonts = fonts_of(printed, tmp_path).splitlines()[2:]
    assert len(fonts) == 2
    assert all(re.search(r"\+Noto(Sans|Serif)SC .* yes yes yes", each) for each in fonts)
    assert len(printed) < 300_000
    assert "Approval sheet: Performance goal review" in text_of(pdf(desks, "en"))


def test_the_code_on_paper_and_on_the_page_leads_to_the_verification(
    desks: Desks, tmp_path: Path
) -> None:
    page = desks.of("mgr").get(f"/instances/{item_of(desks)}/sheet").text
    first = pictures_of(pdf(desks), tmp_path)[0]

    (address,) = codes_in(first)

    assert address in page
    answer = desks.app.test_client().get(address.removeprefix("http://localhost"))
    assert answer.status_code == 200


def test_the_pictures_of_the_pages_have_ink_inside_their_margins_only(
    desks: Desks, tmp_path: Path
) -> None:
    from PIL import Image, ImageOps  # noqa: PLC0415

    for picture in pictures_of(pdf(desks), tmp_path):
        with Image.open(picture) as image:
            left, _top, right, _bottom = ImageOps.invert(image.convert("L")).getbbox() or ()
            millimetre = image.width / 210
            assert left / millimetre > 16
            assert right / millimetre < 194


def test_signatures_substitutes_and_votes_taken_back_are_printed_as_such(desks: Desks) -> None:
    with desks.database.unit_of_work(write=False) as session:
        votes = session.scalars(
            select(Vote).where(Vote.instance_id == item_of(desks)).order_by(Vote.id)
        ).all()
    drawn = '{"kind": "drawn", "strokes": "20,100 300,40 580,160", "date": "2022-09-08"}'
    typed = '{"kind": "typed", "text": "陈世杰", "date": "2022-09-13"}'
    by = votes[0].actor_id.hex if desks.database.is_sqlite else votes[0].actor_id
    ids = [each.id.hex if desks.database.is_sqlite else each.id for each in votes]
    change(desks, "UPDATE vote SET signature = :s WHERE id = :v", s=drawn, v=ids[1])
    change(desks, "UPDATE vote SET signature = :s WHERE id = :v", s=typed, v=ids[2])
    change(desks, "UPDATE vote SET on_behalf_of_id = :u WHERE id = :v", u=by, v=ids[2])
    change(
        desks,
        "UPDATE vote SET voided_at = :t, voided_by_id = :u WHERE id = :v",
        t="2022-09-23 01:00:00+00:00"
        if not desks.database.is_sqlite
        else "2022-09-23 01:00:00.000000",
        u=by,
        v=ids[5],
    )
    with desks.database.unit_of_work() as session:
        session.execute(insert(table_of(ReturnPoint)), {
            "id": new_id(), "instance_id": item_of(desks), "process_key": "P_GOAL",
            "vote_id": votes[2].id, "step_id": "preliminary_review", "target": "compile_goals",
            "returned_at": votes[2].at, "reason": "target_without_basis", "field": "",
            "text": "补充节电量的测算", "answer": "",
        })  # fmt: skip

    page = desks.of("mgr", "zh").get(f"/instances/{item_of(desks)}/sheet").text
    text = text_of(pdf(desks))

    assert '<polyline points="20,100 300,40 580,160"/>' in page
    assert "<s>" in page
    assert "周德胜于 2022-09-23 09:00 收回，作废。" in text
    assert "签名：陈世杰" in text
    assert "（代周德胜）" in text
    assert "1. 指标值缺少依据: 补充节电量的测算" in text
    assert "不符，详见台账页面" in text  # the votes were changed behind the ledger's back


def test_a_long_item_goes_over_many_pages_with_head_and_foot(desks: Desks, tmp_path: Path) -> None:
    change(desks, "UPDATE vote SET opinion = :o", o=LONG * 4)

    text = text_of(pdf(desks))
    pages = text.split("\f")[:-1]

    assert len(pages) > 8
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页，共 {len(pages)} 页" in page
        assert number == 1 or page.lstrip().startswith(
            "绩效目标审核审批单 · 路灯节能改造 · YS2023-0008"
        )
    assert text.count("随预算批复") == 1


def test_a_stranger_and_nobody_get_no_sheet(desks: Desks) -> None:
    item = item_of(desks)
    for suffix in ("", ".pdf"):
        address = f"/instances/{item}/sheet{suffix}"
        assert desks.of("d04u1.clerk").get(address).status_code == 403
        assert desks.app.test_client().get(address).status_code == 302
        assert desks.of("mgr").get(f"/instances/{new_id()}/sheet{suffix}").status_code == 404


def test_an_item_that_nobody_has_decided_has_a_sheet_too(desks: Desks) -> None:
    with desks.database.unit_of_work(write=False) as session:
        decided = select(Vote.instance_id)
        item = session.scalars(
            select(ProcessInstance.id).where(ProcessInstance.id.not_in(decided)).limit(1)
        ).first()
    assert item is not None
    assert "尚无人办理" in words(desks.of("mgr", "zh").get(f"/instances/{item}/sheet"))
    answer = desks.of("mgr", "zh").get(f"/instances/{item}/sheet.pdf")
    assert "尚无人办理" in text_of(answer.data)


def test_the_ledgers_of_a_project_are_printed_with_their_verdict(desks: Desks) -> None:
    answer = desks.of("mgr", "zh").get(f"/projects/{CODE}/ledger.pdf")

    text = text_of(answer.data)
    assert "台账：路灯节能改造" in text
    assert "完好，未被改动，无缺漏" in text
    assert "陈世杰" in text
    assert desks.of("d04u1.clerk").get(f"/projects/{CODE}/ledger.pdf").status_code == 403


# Setting type.


@pytest.fixture
def paper() -> Iterator[Paper]:
    paper = Paper("题目", "zh", "foot", "{page}/{pages}")
    yield paper
    for font in paper.fonts.values():
        font.ttfont.close()


def test_no_line_begins_with_a_comma_and_no_word_is_parted(paper: Paper) -> None:
    paper.set_font(HEADING, size=10)
    lines = list(paper._broken("绩效目标，会签单。Performance（目标）review 12,345.67；" * 20, 37))

    assert len(lines) > 20
    assert not [each for each in lines if each[0] in "，。；）、"]
    assert not [each for each in lines if each[-1] in "（"]
    assert all(each.count("Performance") == each.count("Perf") for each in lines)
    assert max(paper.get_string_width(each) for each in lines) <= 37
    assert "".join(lines).count("12,345.67") == 20


def test_a_word_that_is_wider_than_its_box_is_parted_after_all(paper: Paper) -> None:
    paper.set_font(HEADING, size=10)
    lines = list(paper._broken("x" * 400, 30))
    assert "".join(lines) == "x" * 400
    assert max(paper.get_string_width(each) for each in lines) <= 30


@pytest.mark.parametrize("count", [WHOLE_LINES, 400])
def test_a_signature_is_never_parted_from_the_name_below_it(paper: Paper, count: int) -> None:
    for filled in range(0, 60, 7):
        said = [Words("字") for _ in range(count + filled)]
        mark = Drawing([((0, 0), (600, 200))])
        paper.row(Box(WIDTH, [*said, Words("印", keeps=True), mark, Words("签名人")]))
    pages = text_of(paper.as_bytes()).split("\f")
    said = [[each.strip() for each in page.split("\n") if each.strip()] for page in pages]
    # The first line of a page is its head.
    assert not [each for each in said if each[1:2] == ["签名人"]]
    assert sum(each.count("签名人") for each in said) == 9


def test_texts_with_signs_of_other_kinds_are_printed(paper: Paper) -> None:
    paper.row(Box(WIDTH, [Words("tab\there 😀 𬭎 \x07 \u202e العربية")]))
    assert "tab here" in text_of(paper.as_bytes())

"""docs/failures.md and docs/replicas.md have the failures that the end-to-end tests cause."""

from collections.abc import Sequence

from tests.e2e import test_replica_faults, test_rolling_deploy
from tests.support.inline_failures import INLINE_FAILURES
from tests.support.payment_faults import PAYMENT_DEFECTS, PAYMENT_FAULTS
from tests.support.process_launcher import ROOT
from tests.support.provider_failures import PROVIDER_FAILURES, ProviderFailure
from tests.support.replica_faults import REPLICA_FAULTS
from tests.support.report_failures import REPORT_FAILURES
from tests.support.sticker_failures import STICKER_FAILURES
from tests.support.telegram_failures import TELEGRAM_FAILURES


def _assert_documented(
    header: Sequence[str], rows: Sequence[Sequence[str]], document_name: str = "failures.md"
) -> None:
    document = (ROOT / "docs" / document_name).read_text(encoding="utf-8")
    lines = [f"| {' | '.join(cells)} |" for cells in (header, *rows)]
    lines.insert(1, "|" + "---|" * len(header))
    assert "\n".join(lines) in document


def _provider_row(failure: ProviderFailure) -> tuple[str, str, str, str]:
    answer = failure.answer_to_user if failure.counts else f"“… {failure.answer_to_user} …”"
    count = "counts" if failure.counts else "does not count"
    return failure.what, answer, count, f"{failure.calls}{'+' if failure.times is None else ''}"


def test_the_document_has_the_same_provider_failures() -> None:
    header = ("what fails", "the user's answer", "daily quota", "calls")
    _assert_documented(header, [_provider_row(failure) for failure in PROVIDER_FAILURES])


def test_the_document_has_the_same_telegram_failures() -> None:
    header = ("the user waits for", "method", "what fails", "the user sees")
    rows = [(f.waits_for, f"`{f.method}`", f.what, f.sees) for f in TELEGRAM_FAILURES]
    _assert_documented(header, rows)


def test_the_document_has_the_same_failures_of_inline_messages() -> None:
    rows = [(f"`{f.method}`", f.what, f.shows) for f in INLINE_FAILURES]
    _assert_documented(("method", "what fails", "the inline message shows"), rows)


def test_the_document_has_the_same_failures_of_stickers() -> None:
    rows = [(f"`{f.method}`", f.what, f.sees) for f in STICKER_FAILURES]
    _assert_documented(("method", "what fails", "the user sees"), rows)


def test_the_document_has_the_same_failures_of_reports() -> None:
    rows = [(f"`{f.method}`", f.what, f.follows) for f in REPORT_FAILURES]
    _assert_documented(("method", "what fails", "what follows"), rows)


def test_the_document_has_the_same_faults_of_replicas() -> None:
    header = ("what happens", "what follows", "what may happen twice")
    rows = [(fault.what, fault.then, fault.again) for fault in REPLICA_FAULTS]
    _assert_documented(header, rows, "replicas.md")


def test_the_document_has_the_same_faults_of_payments() -> None:
    _assert_documented(("what happens", "what follows"), [(f.what, f.then) for f in PAYMENT_FAULTS])


def test_the_document_has_the_same_defects_of_payments() -> None:
    rows = [(d.what, d.why, f"`{d.test}`") for d in PAYMENT_DEFECTS]
    _assert_documented(("defect", "why not here", "test"), rows, "payments.md")


def test_each_fault_and_defect_of_payments_has_a_test() -> None:
    for one in (*PAYMENT_FAULTS, *PAYMENT_DEFECTS):
        module = (ROOT / "tests" / one.module).read_text(encoding="utf-8")
        assert f"def {one.test}(" in module, one


def test_each_fault_of_replicas_has_a_test_and_each_test_a_fault() -> None:
    modules = (test_replica_faults, test_rolling_deploy)
    tests = {name for module in modules for name in vars(module) if name.startswith("test_")}
    assert tests == {fault.test for fault in REPLICA_FAULTS}

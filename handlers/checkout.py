"""The pre-checkout query: the last moment at which a payment can be refused, within ten seconds."""

from collections.abc import Callable

import structlog
from aiogram import Router
from aiogram.types import PreCheckoutQuery

from chat.errors import SendError
from chat.invoices import Invoices
from chat.languages import LanguageResolver
from core.payments.offers import CheckoutRefusal
from handlers.feature_router import FeatureRouter
from storage.bans import Ban, Bans
from storage.database_errors import StorageUnavailable
from storage.orders import Orders

log = structlog.get_logger(__name__)


async def checkout(
    query: PreCheckoutQuery,
    orders: Orders,
    bans: Bans,
    invoices: Invoices,
    languages: LanguageResolver,
    drawing_is_paused: Callable[[], bool],
) -> None:
    """Answer with yes only if the payment can be stored and used; otherwise with the sentence that says why not.

    An error is a no, too: a query without an answer would fail ten seconds later without a sentence.
    """
    try:
        refusal = await _refusal_of(query, orders, bans, paused=drawing_is_paused())
    except Exception as error:
        if not isinstance(error, StorageUnavailable):
            log.exception("checkout failed", user=query.from_user.id)
        refusal = CheckoutRefusal.NOT_STORED
    sentence = None
    if refusal is not None:
        translate = await languages.translator(query.from_user.id, query.from_user.language_code)
        sentence = translate.raw(f"checkout-{refusal}")
        log.info("checkout refused", user=query.from_user.id, reason=refusal)
    try:
        await invoices.answer_checkout(query.id, sentence)
    except SendError as error:
        log.warning("checkout not answered", user=query.from_user.id, error=str(error))


async def _refusal_of(
    query: PreCheckoutQuery, orders: Orders, bans: Bans, *, paused: bool
) -> CheckoutRefusal | None:
    if str(query.from_user.id) in await bans.of_kind(Ban.SUBJECT):
        return CheckoutRefusal.BANNED
    if paused:
        return CheckoutRefusal.SERVICE_PAUSED
    answer = await orders.check(query.invoice_payload, query.from_user.id, query.total_amount, query.currency)
    return answer if isinstance(answer, CheckoutRefusal) else None


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="checkout")
    router.pre_checkout_query.register(checkout)
    return router

"""Constructs the intake of updates, and the web server that receives them and shows whether the bot is ready."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.build_layers import Layers
from bot.notices import Notices
from bot.polling import Polling
from bot.raw_updates import allowed_updates
from bot.readiness import Readiness
from bot.setting_choices import Updates
from bot.settings import Settings
from bot.throttle import Throttle
from bot.update_queue import UpdateQueue
from bot.web import WebServer, webhook_path, webhook_secret
from bot.webhook import Webhook
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarm

HANDLER_SECONDS = 1.0
"""Time that a stop gives to running handlers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeParts:
    """The parts that receive updates. Without UPDATES=webhook there is no `webhook`."""

    update_queue: UpdateQueue
    polling: Polling
    webhook: Webhook | None
    readiness: Readiness
    web: WebServer


def build_intake(
    settings: Settings,
    *,
    clock: Clock,
    metrics: Metrics,
    layers: Layers,
    is_ending: Callable[[], bool],
    stack: AsyncExitStack,
) -> IntakeParts:
    """Return the parts, none of which is started. `stack` stops them."""
    update_queue = _build_update_queue(settings, clock=clock, metrics=metrics, layers=layers)
    stack.push_async_callback(update_queue.stop, HANDLER_SECONDS)
    chat, generation, allowed = layers.chat, layers.generation, allowed_updates(stars=settings.stars)
    polling = Polling(bot=chat.bot, update_queue=update_queue, clock=clock, allowed=allowed)
    webhook: Webhook | None = None
    path = webhook_path(settings.bot_token)
    secret = webhook_secret(settings.bot_token, settings.webhook_secret)
    if settings.updates is Updates.WEBHOOK:
        url = f"{settings.public_url}{path}"
        webhook = Webhook(bot=chat.bot, clock=clock, url=url, secret=secret, allowed=allowed)

    def receives_updates() -> bool:
        if not layers.is_leader():
            if webhook is not None:
                webhook.rely_on_leader()
            return True
        return polling.is_alive or (webhook is not None and webhook.is_set)

    readiness = Readiness(
        database=layers.storage.database,
        requests=layers.storage.requests,
        is_ending=is_ending,
        engine_runs=lambda: generation.engine.running,
        receives_updates=receives_updates,
    )
    stack.push_async_callback(readiness.stop)
    web = WebServer(
        address=settings.listen_address,
        public_url=settings.public_url,
        metrics=metrics,
        is_ending=is_ending,
        find_unready=readiness.unready,
        load_source=generation.sources.images.load_signed,
        load_picture=generation.linked_pictures.load_signed,
        metrics_address=settings.metrics_address,
    )
    stack.push_async_callback(web.stop)
    if webhook is not None:
        web.add_webhook(path, secret, update_queue)
    return IntakeParts(
        update_queue=update_queue, polling=polling, webhook=webhook, readiness=readiness, web=web
    )


def _build_update_queue(settings: Settings, *, clock: Clock, metrics: Metrics, layers: Layers) -> UpdateQueue:
    chat = layers.chat

    def report_failed_payment() -> None:
        metrics.payment_failures.inc()
        layers.generation.alarms.raise_alarm(Alarm.PAYMENT)

    return UpdateQueue(
        inbox=layers.storage.inbox,
        dispatcher=layers.dispatcher,
        bot=chat.bot,
        clock=clock,
        throttle=Throttle(settings.throttle, processes=layers.count_processes),
        notices=Notices(
            sender=chat.sender,
            private_replies=chat.private_replies,
            guest_answers=chat.guest_answers,
            invoices=chat.invoices,
            languages=chat.languages,
        ),
        owner=layers.replica.id if layers.replica else None,
        stars=settings.stars,
        on_failed_payment=report_failed_payment,
    )

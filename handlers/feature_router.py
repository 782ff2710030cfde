"""A router of one feature, which is cheaper than aiogram's."""

from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.dispatcher.event.event import EventObserver
from aiogram.dispatcher.event.telegram import TelegramEventObserver
from aiogram.types import TelegramObject

_KINDS = frozenset(Router(name="").observers)


class FeatureRouter(Router):
    """A router with observers of those kinds of updates alone for which it has handlers.

    aiogram's has one for each of the 28 kinds. With forty features, they take a seventh of the bot's start, and most of
    the way of an update to its handler is past observers without any.
    """

    def __init__(self, *, name: str) -> None:  # without Router.__init__, which makes the observers
        self.name = name
        self._parent_router: Router | None = None
        self.sub_routers: list[Router] = []
        self.startup = EventObserver()
        self.shutdown = EventObserver()
        self.observers: dict[str, TelegramEventObserver] = {}

    def __getattr__(self, name: str) -> Any:
        """Make the observer of a kind of updates at the first use of its attribute, `router.message` for example."""
        if name == "errors":
            return self.error
        if name not in _KINDS:
            raise AttributeError(name)
        observer = self.observers[name] = TelegramEventObserver(router=self, event_name=name)
        setattr(self, name, observer)
        return observer

    async def propagate_event(self, update_type: str, event: TelegramObject, **kwargs: Any) -> Any:
        """Pass an update to the handlers of its kind."""
        if update_type not in self.observers and not self.sub_routers:
            return UNHANDLED
        return await super().propagate_event(update_type, event, **kwargs)

"""A router of one feature, which is cheaper than aiogram's."""

import inspect
import itertools
from abc import abstractmethod
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.dispatcher.event.event import EventObserver
from aiogram.dispatcher.event.handler import CallableObject, CallbackType, FilterObject, HandlerObject
from aiogram.dispatcher.event.telegram import TelegramEventObserver
from aiogram.filters import Filter
from aiogram.types import TelegramObject
from magic_filter import MagicFilter

_KINDS = frozenset(Router(name="").observers)


class EventFilter(Filter):
    """A filter that needs no more than the event to reject most of the events."""

    @abstractmethod
    def may_pass(self, event: Any) -> bool:
        """Return False if the filter rejects the event, whatever the other arguments are."""


class _Magic(EventFilter):
    """A magic filter (`F`). aiogram calls the filters that are no coroutine functions in another thread."""

    def __init__(self, magic: MagicFilter) -> None:
        self._magic = magic

    def may_pass(self, event: Any) -> bool:
        return bool(self._magic.resolve(event))

    async def __call__(self, event: Any) -> Any:
        return self._magic.resolve(event)


@dataclass
class _QuickCallable(CallableObject):
    """Reads the parameters of a callable from its code, in a tenth of the time of `inspect.signature`.

    The bot has about seven hundred handlers and filters, which took more than 20 ms of each start.
    """

    def __post_init__(self) -> None:
        callback = inspect.unwrap(self.callback)
        function = callback if isinstance(callback, FunctionType | MethodType) else type(callback).__call__
        code = getattr(function, "__code__", None)
        if code is None or isinstance(callback, type):
            super().__post_init__()
            return
        self.awaitable = inspect.iscoroutinefunction(callback)
        self.params = set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
        self.varkw = bool(code.co_flags & inspect.CO_VARKEYWORDS)


class _QuickFilter(FilterObject, _QuickCallable):
    pass


class _QuickHandler(HandlerObject, _QuickCallable):
    pass


class FeatureObserver(TelegramEventObserver):
    """The handlers of one kind of updates in a router. It knows the handlers that an update cannot reach.

    aiogram copies all arguments of the handlers, about seventy, for each call on the way to a filter.
    """

    def __init__(self, router: Router, event_name: str) -> None:
        super().__init__(router, event_name)
        self._first_filters: list[tuple[EventFilter, ...]] = []
        """For each handler, the filters of the event before all others. Those behind another may depend on it."""

    def filter(self, *filters: CallbackType) -> None:
        """Register filters of all handlers, also of those in routers within this one."""
        super().filter(*map(_awaitable, filters))

    def register(
        self,
        callback: CallbackType,
        *filters: CallbackType,
        flags: dict[str, Any] | None = None,
        **others: Any,
    ) -> CallbackType:
        """Register a handler, which an event reaches if it passes all filters. Raises TypeError for other arguments."""
        if others:
            raise TypeError(f"no arguments of a handler: {', '.join(others)}")
        asked = [_awaitable(one) for one in filters]
        first = itertools.takewhile(lambda one: isinstance(one, EventFilter), asked)
        self._first_filters.append(tuple(one for one in first if isinstance(one, EventFilter)))
        all_flags = dict(flags or {})
        for one in asked:
            if isinstance(one, Filter):
                one.update_handler_flags(all_flags)
        quick: list[FilterObject] = [_QuickFilter(one) for one in asked]
        self.handlers.append(_QuickHandler(callback, filters=quick, flags=all_flags))
        return callback

    def may_handle(self, event: TelegramObject) -> bool:
        """Return whether an event may reach one of the handlers."""
        # These are loops, since a generator for each of fifty routers would cost as much again.
        for first in self._first_filters:
            for one in first:
                if not one.may_pass(event):
                    break
            else:
                return True
        return False


def _awaitable(one: CallbackType) -> CallbackType:
    return _Magic(one) if isinstance(one, MagicFilter) else one


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
        observer = self.observers[name] = FeatureObserver(router=self, event_name=name)
        setattr(self, name, observer)
        return observer

    async def propagate_event(self, update_type: str, event: TelegramObject, **kwargs: Any) -> Any:
        """Pass an update to the handlers of its kind, if one of them may be for it."""
        if not self.sub_routers:
            observer = self.observers.get(update_type)
            if not isinstance(observer, FeatureObserver) or not observer.may_handle(event):
                return UNHANDLED
        return await super().propagate_event(update_type, event, **kwargs)

"""Imports aiogram without building all models of the Bot API, of which the bot uses a tenth.

aiogram defers the build of its models to their first use (`defer_build`, pydantic), but then builds all of them at the
end of its import, to resolve the names in their annotations. That is three quarters of the time and two thirds of the
memory of the import. Here the names become names of the modules that use them, as if these had imported them, so that
pydantic finds them at the first use.
"""

import re
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

_NAME = re.compile(r"\w+")


def import_aiogram() -> None:
    """Import aiogram, and build the models that each picture needs, so that no first use of them stops the event loop.

    Does nothing if aiogram is imported already.
    """
    if "aiogram" in sys.modules:
        return
    postponed: list[type[BaseModel]] = []
    names: dict[str, Any] = {}
    rebuild = BaseModel.__dict__["model_rebuild"]

    def postpone(
        cls: type[BaseModel], /, *, _types_namespace: Mapping[str, Any] | None = None, **options: Any
    ) -> bool | None:
        if _types_namespace is None or not cls.model_config.get("defer_build"):
            built: bool | None = rebuild.__get__(None, cls)(_types_namespace=_types_namespace, **options)
            return built
        postponed.append(cls)
        names.update(_types_namespace)
        return None

    BaseModel.model_rebuild = classmethod(postpone)  # type: ignore[assignment, method-assign]
    try:
        from aiogram import methods, types  # noqa: PLC0415 - the import that is changed
    finally:
        BaseModel.model_rebuild = rebuild  # type: ignore[method-assign]
    for model in postponed:
        _name_annotations(model, names)
    for needed in (
        types.Message,
        types.Update,
        types.InlineKeyboardButton,
        types.InlineKeyboardMarkup,
        types.ReplyParameters,
        methods.SendMessage,
        methods.EditMessageText,
        methods.SendPhoto,
    ):
        needed.model_rebuild()


def _name_annotations(model: type[BaseModel], names: Mapping[str, Any]) -> None:
    """Add the names in the annotations of a model and of its bases to its module."""
    module = vars(sys.modules[model.__module__])
    for base in model.__mro__:
        for annotation in vars(base).get("__annotations__", {}).values():
            for name in _NAME.findall(annotation) if isinstance(annotation, str) else ():
                if name in names:
                    module.setdefault(name, names[name])

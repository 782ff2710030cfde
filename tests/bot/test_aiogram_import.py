"""A deferred import of aiogram builds few models, and each model that it does not build is the same later."""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator

from aiogram import methods, types
from pydantic import BaseModel

from tests.support.process_launcher import DEADLINE, ROOT

Fields = dict[str, dict[str, str]]
"""For each model the names and the types of its fields."""


def models() -> Iterator[type[BaseModel]]:
    """Yield all models of the Bot API."""
    for module in (types, methods):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, BaseModel):
                yield value


def fields() -> Fields:
    """Return the fields of all models of the Bot API."""
    return {
        model.__qualname__: {
            name: re.sub(" at 0x[0-9a-f]+", "", repr(field.annotation))
            for name, field in model.model_fields.items()
        }
        for model in models()
    }


DEFER = "from bot.aiogram_import import import_aiogram; import_aiogram()"
IMPORT = f"""
import json
import re
from collections.abc import Iterator
from pydantic import BaseModel
from aiogram import methods, types

Fields = object
{inspect.getsource(models)}
{inspect.getsource(fields)}
"""


def run(code: str, *, before: str = DEFER) -> str:
    """Run code after an import of aiogram in a process of its own, a deferred one or another, and return its output."""
    command = [sys.executable, "-c", before + IMPORT + code]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_every_model_can_be_built_later_and_has_the_same_fields() -> None:
    later: Fields = json.loads(
        run("""
for model in models():
    assert model.model_rebuild() is not False, model
    assert model.__pydantic_complete__, model
print(json.dumps(fields()))
""")
    )
    plain: Fields = json.loads(run("print(json.dumps(fields()))", before=""))
    assert len(later) > 500
    assert later == plain


def test_the_models_of_updates_and_messages_are_built_and_most_others_are_not() -> None:
    code = """
print(types.Update.__pydantic_complete__, types.Message.__pydantic_complete__)
print(sum(model.__pydantic_complete__ for model in models() if model.__module__.startswith("aiogram.types")))
"""
    built, count = run(code).splitlines()
    assert built == "True True"
    assert int(count) < 50


def test_a_part_of_an_update_that_was_parsed_before_its_own_model_was_built_can_be_written() -> None:
    code = """
raw = {"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}, "text": "x"}
update = types.Update.model_validate({"update_id": 1, "message": raw})
assert not types.Chat.__pydantic_complete__
copy = methods.SendMessage(chat_id=1, text="x", entities=[types.MessageEntity(type="bold", offset=0, length=1)])
print(update.message.chat.model_dump_json(exclude_none=True), update.message.text, copy.entities[0].type)
"""
    assert run(code) == '{"id":5,"type":"private"} x bold\n'


def test_a_second_import_changes_nothing() -> None:
    code = """
before = BaseModel.__dict__["model_rebuild"]
import_aiogram()
print(before is BaseModel.__dict__["model_rebuild"], before.__func__.__module__)
"""
    assert run(code) == "True pydantic.main\n"

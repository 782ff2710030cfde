"""The forms that an answer about a task may have (docs/media-api.md), as changes of the documented form."""

from collections.abc import Callable

Variant = Callable[[dict[str, object]], tuple[int, object]]
"""Returns the HTTP status and the body of an answer."""

TASK_ID = "1234567890123"
"""An id that can be a number, too."""


def _in_data(answer: dict[str, object]) -> tuple[int, object]:
    return 202, {
        "code": 0,
        "data": {"task_id" if name == "id" else name: value for name, value in answer.items()},
    }


VARIANTS: dict[str, Variant] = {
    "201": lambda answer: (201, answer),
    "202": lambda answer: (202, answer),
    "error null": lambda answer: (200, answer | {"error": None, "message": None}),
    "error empty": lambda answer: (200, answer | {"error": {}, "message": "", "issues": []}),
    "code null": lambda answer: (200, answer | {"code": None}),
    "code as text": lambda answer: (200, answer | {"code": "0"}),
    "id as a number": lambda answer: (200, answer | {"id": int(str(answer["id"]))}),
    "task_id": lambda answer: (200, answer | {"task_id": answer["id"], "id": None}),
    "in data": _in_data,
    "a list of one": lambda answer: (200, [answer]),
    "link in a list": lambda answer: (200, answer | {"url": [answer["url"]]}),
    "link with blanks": lambda answer: (200, answer | {"url": f" {answer['url'] or ''}\n"}),
    "link in an object": lambda answer: (200, answer | {"url": {"url": answer["url"]}}),
    "images": lambda answer: (200, answer | {"url": None, "images": [{"url": answer["url"]}]}),
    "link in angle brackets": lambda answer: (200, answer | {"url": f"<{answer['url'] or ''}>"}),
    "output": lambda answer: (200, answer | {"url": None, "output": [answer["url"]]}),
    "completed": lambda answer: (200, answer | {"status": "completed"}),
    "cost as text": lambda answer: (200, answer | {"cost": "4,50 ₽"}),
}

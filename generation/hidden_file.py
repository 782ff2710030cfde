"""Files of pictures under a spoiler.

A document has no spoiler (Bot API, sendDocument), and Telegram makes a thumbnail of a picture that is sent as one, also
with content type detection off (sendDocument, `thumbnail`: "can be ignored if thumbnail generation for the file is
supported server-side"). An archive has neither a thumbnail nor a preview in any app.
"""

import io
import zipfile

from aiogram.types import BufferedInputFile

HIDDEN_SUFFIX = ".zip"
_ARCHIVE = b"PK\x03\x04"


def picture_file(data: bytes, name: str, *, hidden: bool) -> BufferedInputFile:
    """Return the file of a picture, in an archive of its own if the picture is hidden."""
    if not hidden:
        return BufferedInputFile(data, name)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data)
    return BufferedInputFile(out.getvalue(), name.rpartition(".")[0] + HIDDEN_SUFFIX)


def shown(data: bytes) -> bytes:
    """Return the picture in an archive of `picture_file`, and any other file as it is."""
    if not data.startswith(_ARCHIVE):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            (member,) = archive.infolist()
            if member.compress_type != zipfile.ZIP_STORED or member.file_size > len(data):
                return data
            return archive.read(member)
    except (ValueError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError):
        return data

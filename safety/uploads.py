"""How large a file may be that somebody sends: what is larger is not kept, neither in memory nor on disk."""

from typing import Any, Final

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

_MARK: Final = "dermis.file_too_large"
_ROOM_FOR_OTHER_FIELDS: Final = 2**20


class LargestDocument(FileUploadHandler):
    """Skips the files of a request that exceed DERMIS_LARGEST_DOCUMENT, one by one or together.

    It stands before all other handlers, so that these never see what is skipped. The other fields of the form are read
    as always; the form asks `was_too_large` why it got no file.
    """

    announced = 0
    received = 0

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *more: Any, **others: Any) -> None:
        """Remember how long the request says it is."""
        self.announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse at once where the request is longer than any that would be accepted."""
        super().new_file(*args, **kwargs)
        if self.announced > settings.DERMIS_LARGEST_DOCUMENT + _ROOM_FOR_OTHER_FIELDS:
            self._skip()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count, and hand on to the handlers that keep."""
        self.received += len(raw_data)
        if self.received > settings.DERMIS_LARGEST_DOCUMENT:
            self._skip()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Nothing is kept here."""

    def _skip(self) -> None:
        assert self.request is not None
        self.request.META[_MARK] = True
        raise SkipFile


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file of the request was skipped."""
    return _MARK in request.META

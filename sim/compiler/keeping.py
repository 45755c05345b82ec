"""Compiled code on disk, sealed: what is damaged counts as missing, and where nothing can be written nothing is kept."""

import hashlib
import io
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile

from tandem.sim.compiler.fits import Need, Patch
from tandem.sim.opening import content

SEAL = hashlib.sha256().digest_size
LARGEST = 1 << 30  # bytes of one file


class SealedFile(IndexDataCacheFile):
    """Numba's files of a function, each with the SHA-256 of the rest in front: code that a disk has changed must not run."""

    def _load_index(self) -> dict[Any, str]:
        found = self._read(self._index_path)
        if not isinstance(found, tuple) or len(found) != 3 or found[:2] != (self._version, self._source_stamp):
            return {}
        return found[2] if isinstance(found[2], dict) else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        with self._open_for_write(self._index_path) as file:
            file.write(self._dump((self._version, self._source_stamp, overloads)))

    def _load_data(self, name: str) -> Any:
        return self._read(self._data_path(name))

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[Any]:
        held = io.BytesIO()
        yield held
        body = held.getvalue()
        with super()._open_for_write(filepath) as file:
            file.write(hashlib.sha256(body).digest() + body)

    @staticmethod
    def _read(path: str) -> Any:
        """What was written there; None where that is missing, damaged, or no file at all."""
        try:
            there = content(path, LARGEST)
            if hashlib.sha256(there[SEAL:]).digest() == there[:SEAL]:
                return pickle.loads(there[SEAL:])
        except Exception:  # of another version, say: it is compiled anew
            return None
        return None


class InOurFolder(CompileResultCacheImpl):
    """Numba would go on to `__pycache__` where the folder cannot be used, which knows nothing of rules in other files."""

    _locator_classes = [  # noqa: RUF012
        kind for kind in CompileResultCacheImpl._locator_classes if "UserProvided" in kind.__name__
    ]


class KeptCode(FunctionCache):
    """A function's code on disk. Nothing that is wrong with a disk or a file stops a run: then it compiles."""

    _impl_class = InOurFolder

    def __init__(self, function: Callable[..., Any]):
        super().__init__(function)
        plain = self._cache_file
        self._cache_file = SealedFile(self._cache_path, self._impl.filename_base, plain._source_stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code, or None."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep it where that is possible."""
        with suppress(OSError):
            super().save_overload(sig, data)


def keep(dispatcher: Any) -> Any:
    """The same function, whose code is kept in numba's folder of the moment; where none can be named, it is not kept."""
    try:
        dispatcher._cache = KeptCode(dispatcher.py_func)
    except (RuntimeError, OSError):  # no place for it
        return dispatcher
    return dispatcher


FILE = "numba.core.caching:IndexDataCacheFile"
PATCHES = (
    Patch(
        "code on disk",
        "0.68",
        (
            Need(f"{FILE}.save", ("key", "data"), ("_load_index", "_save_index", "_save_data")),
            Need(f"{FILE}.load", ("key",), ("_load_index", "_load_data")),
            Need(f"{FILE}._save_data", ("name", "data"), ("_dump", "_data_path", "_open_for_write")),
            Need(f"{FILE}._open_for_write", ("filepath",)),
            Need(FILE, ("cache_path", "filename_base", "source_stamp")),
            Need("numba.core.caching:Cache.load_overload", ("sig", "target_context")),
            Need("numba.core.caching:Cache.save_overload", ("sig", "data")),
            Need("numba.core.caching:CacheImpl.filename_base"),
            Need("numba.core.caching:CompileResultCacheImpl._locator_classes"),
            Need("numba.core.dispatcher:Dispatcher.enable_caching", (), ("FunctionCache", "py_func", "_cache")),
        ),
    ),
)

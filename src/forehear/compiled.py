"""Loops compiled by numba, and kept on the disk where that can be: `from forehear.compiled import njit`.

What is kept is a convenience: nothing that is wrong with it may stop the work. A kept loop that is damaged (a
power cut leaves empty files, an old card flips bits) is compiled anew; where nothing can be kept (a package that
cannot be written, a user without a home) loops are compiled at every start. Both are said once, on the logger
`forehear`, whose warnings Python writes to stderr where nobody asked for anything else.

Knows of numba's caching and nothing of forehear. Numba says where loops are kept: NUMBA_CACHE_DIR, else beside the
source, else in the user's cache folder.
"""

import logging
import pickle
import zlib
from collections.abc import Callable
from typing import Any

import numba
from numba.core import serialize
from numba.core.caching import CompileResultCacheImpl, FunctionCache

LOG = logging.getLogger("forehear")
_said: set[str] = set()


def njit(*, cache: bool = False, **options: Any) -> Any:
    """Compile a function as `numba.njit(**options)` does when it is first called; keep it if `cache`."""

    def decorate(function: Callable[..., Any]) -> Any:
        loop = numba.njit(**options)(function)
        if cache:
            try:
                loop._cache = _Kept(function)
            except (RuntimeError, OSError):
                _say(
                    "nowhere",
                    "compiled loops cannot be kept, so every start compiles them anew, a minute or more: set "
                    "NUMBA_CACHE_DIR to a folder that this user can write",
                )
        return loop

    return decorate


class _Sealed(CompileResultCacheImpl):
    """What is kept of a loop, with a checksum: a flipped bit in machine code would end the process, or worse."""

    def reduce(self, result: Any) -> tuple[int, bytes]:
        kept = serialize.dumps(super().reduce(result))
        return zlib.crc32(kept), kept

    def rebuild(self, target: Any, payload: tuple[int, bytes]) -> Any:
        checksum, kept = payload
        if zlib.crc32(kept) != checksum:
            raise ValueError("its checksum differs")
        return super().rebuild(target, pickle.loads(kept))


class _Kept(FunctionCache):
    """The loops that are kept of one function. Whatever is wrong with the disk, it gives None or keeps nothing."""

    _impl_class = _Sealed

    def load_overload(self, signature: Any, target: Any) -> Any:
        # Everything: a damaged pickle raises nearly anything, and numba names no error of its own.
        try:
            return super().load_overload(signature, target)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
        _say("damaged", f"a compiled loop kept in {self.cache_path} is damaged ({why}); such are compiled anew")
        try:
            self.flush()
        except OSError:
            # Neither read nor written over: without it, then.
            self.disable()
        return None

    def save_overload(self, signature: Any, result: Any) -> None:
        try:
            super().save_overload(signature, result)
        except Exception as error:
            _say("unkept", f"a compiled loop cannot be kept in {self.cache_path}: {error}")


def _say(what: str, words: str) -> None:
    """Warn once in a process: a damaged disk has many loops."""
    if what not in _said:
        _said.add(what)
        LOG.warning("forehear: %s", words)

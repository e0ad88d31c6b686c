"""The first words of the tracker's process, before it loads anything: it ends when the service does.

At once, and not when it comes to read that its line is closed: else, its service killed while it loads, it would
load on for a second, and take that second from the service that is started again.
"""

import ctypes
import gc
import os
import signal
import sys

# Linux, prctl(2): the signal that a process gets when its parent ends.
PR_SET_PDEATHSIG = 1
# Packages that are to seem not installed here. numba asks for scipy as soon as it is imported, and for both when
# it loads its first loop, to offer linear algebra and foreign functions to loops that use them. None of ours does,
# and the two take 0.2 s of the time in which a killed service has to be back. A loop that comes to need them fails
# here to compile, and says what for.
HIDDEN = ("scipy", "cffi")


def end_with(parent: int) -> None:
    """Have the system kill this process when its parent ends; elsewhere than on Linux the closed line must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            # It ended before it was asked for.
            os._exit(0)


def main() -> int:
    """Run the tracker's process."""
    end_with(int(sys.argv[1]))
    # Ctrl-C at a terminal reaches every process, and systemd ends every process of a service at once: the service
    # ends this one, by closing its line, when it has done with it.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    # Loading makes a million objects and hardly any garbage; `worker` has it collected again once it has loaded.
    gc.disable()
    # Tables of which a part is used are not to be filled with zeros to their ends, 2 MB at a time: that took
    # 0.2 s of a restart. numpy reads this when it is imported.
    os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
    # Before numba is imported: where it has seen a package once, hiding it later hides nothing.
    sys.modules.update(dict.fromkeys(HIDDEN))  # type: ignore[arg-type]
    from forehear.service.tracking import worker

    try:
        return worker.main()
    except (BrokenPipeError, ConnectionResetError):
        # The service is gone, killed perhaps: so are we, without a word.
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())

"""What this machine has."""

import math
import os
from pathlib import Path

# Where a container's own limit stands: control groups of version 2, then of version 1.
_CONTAINER_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
# Microseconds of cores in each period, and the period: "200000 100000" are two cores.
_CONTAINER_CORES = "/sys/fs/cgroup/cpu.max"


def machine_memory() -> int:
    """Bytes of memory that this machine, or this container of it, has."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for name in _CONTAINER_LIMITS:
        try:
            sizes.append(int(Path(name).read_text(encoding="ascii")))
        except (OSError, ValueError):  # No such limit; "max" where there is none.
            continue
    return min(sizes)


def machine_cores() -> int:
    """How many cores this machine, or this container of it, has: of two and a half, three."""
    cores = os.cpu_count() or 1
    try:
        quota, period = Path(_CONTAINER_CORES).read_text(encoding="ascii").split()
        return min(cores, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):  # No such limit; "max" where there is none.
        return cores

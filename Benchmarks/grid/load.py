"""How busy other programs keep the processor while the grid measures."""
import os
import time

TICKS = os.sysconf("SC_CLK_TCK")


def _busy():
    """Seconds of all processors, without idle, waiting and stolen time."""
    user, nice, system, _, _, irq, softirq, *_ = (int(n) for n in open("/proc/stat").readline().split()[1:])
    return (user + nice + system + irq + softirq) / TICKS


def _used(process):
    """Seconds of one process with all its threads; 0 if it has ended."""
    try:
        fields = open(f"/proc/{process}/stat").read().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / TICKS


class Watch:
    """What others do between its creation and `others`."""

    def __init__(self, processes):
        self.processes = [*processes, os.getpid()]
        self.start, self.busy, self.used = time.perf_counter(), _busy(), [_used(p) for p in self.processes]

    def others(self):
        """Processors that others kept busy on average: 0.5 is half of one."""
        ours = sum(max(now - before, 0) for now, before in zip(map(_used, self.processes), self.used))
        return max((_busy() - self.busy - ours) / (time.perf_counter() - self.start), 0)

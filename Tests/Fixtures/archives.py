"""What differs from run to run in the archives that Keras writes, set to what does not."""
import re
import zipfile

DATE = "2000-01-01@00:00:00"


def settle(directory):
    """Dates of `.keras` files, and their shared_object_id, which are addresses in memory: numbered in order instead.

    All else stays as Keras wrote it, to the byte: order, compression and attributes of the entries.
    """
    for path in sorted(directory.glob("*.keras")):
        with zipfile.ZipFile(path) as old:
            entries = [(entry, old.read(entry)) for entry in old.infolist()]
        with zipfile.ZipFile(path, "w") as new:
            for entry, content in entries:
                entry.date_time = (1980, 1, 1, 0, 0, 0)
                new.writestr(entry, _settled(content) if entry.filename.endswith(".json") else content)


def _settled(json):
    numbers = {}

    def numbered(match):
        return b'"shared_object_id": %d' % numbers.setdefault(match[1], len(numbers) + 1)

    json = re.sub(rb'"date_saved": "[^"]*"', b'"date_saved": "%s"' % DATE.encode(), json)
    return re.sub(rb'"shared_object_id": (\d+)', numbered, json)

"""What EarlyStopping, ReduceLROnPlateau and ModelCheckpoint make of values that are dictated: a callback in front of them
writes these into the logs, in Keras and here, and what they remember is compared after every epoch.

The values are ones that float32 holds, in which Keras compares them.
"""
import tempfile
from pathlib import Path

import numpy as np

from results import by_keras
from spec import randomise, worst

SHAPE, ROWS = (5, 3), 8
NAN, INF = float("nan"), float("inf")
FALLING, RISING = [4, 3, 2, 1], [1, 2, 3, 4]
BUMPY = [4, 3, 3.5, 2.5, 2.75, 2.5, 2, 3, 3, 3]

# The callback, its options, the values, and what it is watched under ("loss" where nothing is said).
RULES = {
    "stopping, patience 0": ("EarlyStopping", {}, BUMPY),
    "stopping, patience 0, first epoch": ("EarlyStopping", {}, [4, 4, 4]),
    "stopping, patience 2": ("EarlyStopping", {"patience": 2}, BUMPY),
    "stopping, equal values": ("EarlyStopping", {"patience": 3}, [2] * 6),
    "stopping, min_delta reached": ("EarlyStopping", {"patience": 2, "min_delta": 0.25}, [2, 1.75, 1.5, 1.25, 1]),
    "stopping, min_delta passed": ("EarlyStopping", {"patience": 2, "min_delta": 0.25}, [2, 1.5, 1, 0.5]),
    "stopping, min_delta negative": ("EarlyStopping", {"patience": 1, "min_delta": -0.25}, [2, 1.5, 1.25, 1]),
    "stopping, max": ("EarlyStopping", {"patience": 1, "mode": "max"}, RISING + FALLING),
    "stopping, max with min_delta": ("EarlyStopping", {"patience": 1, "mode": "max", "min_delta": 0.5}, [1, 1.5, 2.25, 2.5, 2.75]),
    "stopping, baseline not beaten": ("EarlyStopping", {"patience": 3, "baseline": 0.5}, FALLING + [1, 1]),
    "stopping, baseline beaten": ("EarlyStopping", {"patience": 2, "baseline": 2.5}, [4, 3, 2, 3, 3, 3]),
    "stopping, baseline equalled": ("EarlyStopping", {"patience": 2, "baseline": 2}, [3, 2, 2, 2, 2]),
    "stopping, start_from_epoch": ("EarlyStopping", {"patience": 1, "start_from_epoch": 3}, [1, 2, 3, 4, 5, 6]),
    "stopping, start_from_epoch and weights": ("EarlyStopping", {"patience": 1, "start_from_epoch": 2, "restore_best_weights": True}, [1, 2, 3, 4, 5]),
    "stopping, weights restored": ("EarlyStopping", {"patience": 2, "restore_best_weights": True}, BUMPY),
    "stopping, weights restored at the end": ("EarlyStopping", {"patience": 9, "restore_best_weights": True}, [3, 1, 2, 2]),
    "stopping, weights of the last epoch": ("EarlyStopping", {"patience": 9, "restore_best_weights": True}, FALLING),
    "stopping, NaN first": ("EarlyStopping", {"patience": 2, "restore_best_weights": True}, [NAN, 1, 0.5, 0.25, 0.125]),
    "stopping, NaN between": ("EarlyStopping", {"patience": 2}, [3, NAN, 2, NAN, NAN, NAN]),
    "stopping, infinities": ("EarlyStopping", {"patience": 2}, [INF, INF, 5, -INF, -INF, -INF, -INF]),
    "stopping, best set before": ("EarlyStopping", {"patience": 2, "restore_best_weights": True}, [5, 4, 3], {"best": 1.0}),
    "stopping, waited before": ("EarlyStopping", {"patience": 4}, [5, 5, 5, 5, 5, 5], {"wait": 2}),
    "plateau": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 2}, BUMPY),
    "plateau, patience 0": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 0}, [2, 2, 2, 1, 1]),
    "plateau, patience 1": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 1}, [2] * 5),
    "plateau, min_delta reached": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 1, "min_delta": 0.25}, [2, 1.75, 1.5, 1, 0.75]),
    "plateau, cooldown": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 2, "cooldown": 2}, [2] * 10),
    "plateau, cooldown with improvements": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 1, "cooldown": 3}, [2, 2, 1, 1, 0.5, 0.5, 0.5, 0.5]),
    "plateau, min_lr": ("ReduceLROnPlateau", {"factor": 0.25, "patience": 1, "min_lr": 0.0625}, [2] * 5),
    "plateau, min_lr reached": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 1, "min_lr": 0.25, "cooldown": 1}, [2] * 5),
    "plateau, factor 0": ("ReduceLROnPlateau", {"factor": 0.0, "patience": 1, "min_lr": 0.125}, [2] * 4),
    "plateau, max": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 1, "mode": "max", "min_delta": 0.5}, [1, 2, 2.25, 2.5, 3.5, 3.5]),
    "plateau, NaN": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 2}, [1, NAN, NAN, 0.5, NAN, NAN]),
    "checkpoint": ("ModelCheckpoint", {}, FALLING),
    "checkpoint, best": ("ModelCheckpoint", {"save_best_only": True}, BUMPY),
    "checkpoint, best, max": ("ModelCheckpoint", {"save_best_only": True, "mode": "max"}, BUMPY),
    "checkpoint, threshold": ("ModelCheckpoint", {"save_best_only": True, "initial_value_threshold": 2.5}, BUMPY),
    "checkpoint, threshold equalled": ("ModelCheckpoint", {"save_best_only": True, "initial_value_threshold": 3.0}, [3, 3, 2]),
    "checkpoint, NaN": ("ModelCheckpoint", {"save_best_only": True}, [2, NAN, 1, 1]),
    "checkpoint, NaN first": ("ModelCheckpoint", {"save_best_only": True}, [NAN, 2, 1]),
}
#: The same metric watched by "auto", which must know that larger values of it are better.
AUTOMATIC = {
    "automatic, accuracy": ("accuracy", "accuracy"), "automatic, validation": ("accuracy", "val_accuracy"),
    "automatic, error": ("mae", "mae"), "automatic, unknown": ("mae", "f1"),
}
#: Of these each callback has its own.
REMEMBERED = {
    "EarlyStopping": ("best", "best_epoch", "wait", "stopped_epoch"), "ReduceLROnPlateau": ("best", "wait", "cooldown_counter"),
    "ModelCheckpoint": ("best",),
}


def chain(k):
    return k.Sequential([k.Input(SHAPE), k.layers.SimpleRNN(4), k.layers.Dense(2)])


def watched(k, model, callback, monitor, values, seen, folder, set_before):
    """Fits with dictated values, and notes after each epoch what the callback remembers, the rate and the files."""
    class Dictate(k.callbacks.Callback):
        def on_train_begin(self, logs=None):
            for name, value in set_before.items():
                setattr(callback, name, value)

        def on_epoch_end(self, epoch, logs=None):
            logs[monitor] = float(values[epoch])

    class Note(k.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            state = [getattr(callback, name) for name in REMEMBERED[type(callback).__name__]]
            files = sorted(each.name for each in folder.rglob("*.keras"))
            seen.append((epoch, [each.removeprefix("at") for each in files], sorted(logs)))
            seen.append(np.array([np.nan if each is None else float(each) for each in state] + [float(np.asarray(model.optimizer.learning_rate))]))

    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(ROWS, *SHAPE)).astype("float32"), rng.normal(size=(ROWS, 2)).astype("float32")
    # `set_before` comes after the callback's own on_train_begin.
    order = [callback, Dictate()] if set_before else [Dictate(), callback]
    model.fit(x, y, batch_size=4, epochs=len(values), shuffle=False, verbose=0, callbacks=[*order, Note()],
              validation_data=(x, y) if monitor.startswith("val_") else None)
    seen.extend(np.asarray(each) for each in model.get_weights())


def run_in(k, name, start, folder):
    model, seen = chain(k), []
    if start is None:
        randomise(model, np.random.default_rng(8))
        start = model.get_weights()
    model.set_weights(start)
    folder.mkdir()
    monitor, set_before = "loss", {}
    if name in AUTOMATIC:
        metric, monitor = AUTOMATIC[name]
        cls, options, values = "EarlyStopping", {"patience": 2}, BUMPY
    else:
        metric, (cls, options, values, *more) = "mae", RULES[name]
        set_before = more[0] if more else {}
    if cls == "ModelCheckpoint":
        options = {**options, "filepath": str(folder / "made" / "at{epoch}.keras")}
    model.compile(k.optimizers.SGD(0.25), "mean_squared_error", metrics=[metric], run_eagerly=True)
    try:
        watched(k, model, getattr(k.callbacks, cls)(monitor=monitor, **options), monitor, values, seen, folder, set_before)
    except ValueError:  # whether smaller or larger values are better is not known
        seen.append("ValueError")
    return seen, start


def compare(keras, name, folder):
    import unroll

    folder = Path(tempfile.mkdtemp(dir=folder))
    with by_keras():
        keras.backend.clear_session()
        theirs, start = run_in(keras, name, None, folder / "theirs")
    ours, _ = run_in(unroll, name, start, folder / "ours")
    told = [[each for each in seen if not isinstance(each, np.ndarray)] for seen in (ours, theirs)]
    assert told[0] == told[1], f"{told[0]} instead of {told[1]}"
    pairs = [[each for each in seen if isinstance(each, np.ndarray)] for seen in (ours, theirs)]
    for one, other in zip(*pairs):  # NaN, which stands for "none yet" too, is where it should be
        np.testing.assert_array_equal(np.isfinite(one), np.isfinite(other))
    return worst(*([np.nan_to_num(each) for each in seen] for seen in pairs)) if pairs[0] else 0.0


def rows():
    return [*RULES, *AUTOMATIC]

"""A case as a Python program that shows the difference."""
import inspect

import numpy as np

from spec import randomise
from trial import one_or_all

HEAD = """\
# Run it in the checkout: PYTHONPATH=bindings/python:Tests/keras:Tests/keras/random_models .venv-keras/bin/python this.py
import numpy as np
from numpy import array, float32, float64, int32  # noqa: F401
import {library} as keras
import unroll
"""
MODEL = """\
dtype = {dtype!r}
keras.backend.set_floatx(dtype)
unroll.config.set_floatx(dtype)
model = make(keras, dtype)
randomise(model, np.random.default_rng({weights!r}))
x = {x}
"""
OPENED = 'model.save("theirs.{suffix}")\nours = unroll.load_model("theirs.{suffix}")\n'
FROM_JSON = 'ours = unroll.models.model_from_json(model.to_json())\nours.load_weights("theirs.{suffix}")\n'
BUILT = "ours = make(unroll, dtype)\nours.set_weights(model.get_weights())\n"
PREDICT = "print(ours.predict(x, verbose=0))\nprint(model(x, training=False))\n"
ENDS = {
    "read .keras": OPENED.format(suffix="keras") + PREDICT,
    "read .h5": OPENED.format(suffix="h5") + PREDICT,
    "read .weights.h5": 'model.save_weights("theirs.weights.h5")\n' + FROM_JSON.format(suffix="weights.h5") + PREDICT,
    "read weights-only .h5": "{weights_only}" + FROM_JSON.format(suffix="h5") + PREDICT,
    "in code": BUILT + PREDICT,
    "threads": OPENED.format(suffix="keras") + "for threads in (1, 2):\n    ours.set_threads(threads)\n    print(ours.predict(x, verbose=0))\n",
    "stream": OPENED.format(suffix="keras") + "stream = ours.stream({rows})\nprint(ours.predict(x, verbose=0))\n"
              "for step in range({steps}):\n    print(stream.step([each[:, step] for each in x] if isinstance(x, list) else x[:, step]))\n",
}
WEIGHTS_ONLY = {
    "tf_keras": 'model.save_weights("theirs.h5")\n',
    "keras": 'import h5py\nfrom keras.src.legacy.saving import legacy_h5_format\nwith h5py.File("theirs.h5", "w") as file:\n'
             "    legacy_h5_format.save_weights_to_hdf5_group(file, model)\n",
}
WRITE = ('model.save("theirs.{from_}")\nunroll.load_model("theirs.{from_}").save("ours.{suffix}", file_format={format!r})\n'
         'print(keras.models.load_model("ours.{suffix}", compile=False)(x))\nprint(model(x, training=False))\n')
FIT = "fit = {fit}\ncompiled(keras, model)\n"
BEFORE = 'model.save("before.{suffix}")\nours = unroll.load_model("before.{suffix}")\ncompiled(keras, model)\n'
BOTH = "print(ours.fit(**fit, epochs={epochs}).history)\nprint(model.fit(**fit, epochs={epochs}).history)\n"
WEIGHTS = "for one, other in zip(ours.get_weights(), model.get_weights()):\n    print(abs(one - other).max())\n"
THEN = "model.fit(**fit, epochs={epochs})\n"
TRAINS = {
    "train": BEFORE + BOTH + WEIGHTS,
    "train in code": BUILT + "compiled(unroll, ours)\n" + BOTH + WEIGHTS,
    "go on from theirs": THEN + 'model.save("after.{suffix}")\nours = unroll.load_model("after.{suffix}")\n' + BOTH.replace("{epochs}", "1") + WEIGHTS,
    "they go on from ours": BEFORE + 'ours.fit(**fit, epochs={epochs})\nours.save("after.{back}", file_format={format!r})\n'
                            'model = keras.models.load_model("after.{back}")\nmodel.run_eagerly = True\n' + BOTH.replace("{epochs}", "1") + WEIGHTS,
}


def literal(value):
    """Data as source."""
    if isinstance(value, np.ndarray):
        return f"array({value.tolist()!r}, {value.dtype})"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {literal(each)}" for key, each in value.items()) + "}"
    return repr(value)


def script(trial, check):
    """The program for one check of a trial."""
    case = trial.case
    keras2 = case.library == "tf_keras"
    trains = check in TRAINS
    parts = [HEAD.format(library=case.library), case.model_source()]
    if trains:
        parts.append(case.compile_source())
    parts.append(inspect.getsource(randomise))
    x = literal(one_or_all(trial.x))
    parts.append(MODEL.format(dtype=case.dtype, weights=[case.seed, 2], x=x))
    names = {"rows": case.rows, "steps": case.net.entries[0].shape[0], "epochs": case.training.epochs, "suffix": trial.suffix,
             "back": "h5" if keras2 else "keras", "format": "h5_keras2" if keras2 else "auto"}
    if trains:
        if "Embedding" in case.net.classes():
            parts.append("from trial import dense_gradients\ndense_gradients(keras)\n")
        parts.append(FIT.format(fit=literal(trial.fit_arguments)) + TRAINS[check].format(**names))
    elif check.startswith("write"):
        names["suffix"] = check.split(".")[-1]
        parts.append(WRITE.format(from_="h5" if keras2 else "keras", **names))
    else:
        parts.append(ENDS[check].format(weights_only=WEIGHTS_ONLY[case.library], **names))
    return "\n".join(parts)

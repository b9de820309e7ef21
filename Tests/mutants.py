"""One-line changes that some test must refuse, for tools/mutants.py.

Each is (file, what stands there once, what takes its place, the tests that must
fail): a filter of `swift test`, or a file of Python tests.
"""

RULES = "Sources/Unroll/Training/MonitorRules.swift"
BATCHES = "Sources/Unroll/Training/BatchRunner.swift"
PYTHON = "bindings/python/unroll/"

MUTANTS = [
    (RULES, "state.cooldown = cooldown", "state.cooldown = 0", "CallbackRuleTests"),
    (RULES, "if monitor.improves(value, over: baseline) { state.wait = 0 }", "state.wait = 0", "CallbackRuleTests"),
    (RULES, "state.best ?? initialThreshold", "state.best", "CallbackRuleTests"),
    (BATCHES, "where y[i] > y[best]", "where y[i] < y[best]", "WeightedLossTests"),
    (BATCHES, "(staged + position * count).update(from: staged, count: count)", "_ = position", "WeightedLossTests"),
    ("Sources/KerasFormat/Decoding/KerasVersion.swift",
     "var clipsNormGlobally: Bool { self < KerasVersion(2, 4) && !isTensorFlow }", "var clipsNormGlobally: Bool { false }",
     "OldMeaningTests"),
    ("Sources/KerasFormat/Decoding/ValueDecoding.swift", 'values.double("l2", old: ["l"], default: 0.01)',
     'values.double("l2", old: ["l"], default: 0.1)',
     "OldMeaningTests"),
    ("Sources/Unroll/Specification/Layers/ActivationConfigs.swift", 'portable: "alpha"', "portable: nil", "LayerMemberTests"),
    ("Sources/Unroll/Specification/Layers/NoiseConfig.swift", "old: \"sigma\"", "old: \"std\"", "LayerMemberTests"),
    ("Sources/KerasFormat/Writing/AtomicWrite.swift", "status.st_mode & 0o7777", "0o600", "SavingTests"),
    ("Sources/HDF5Reader/H5Dataset.swift", "declared / 1000 <= stored", "declared / 1000 >= stored", "HDF5ReaderTests"),
    ("Sources/UnrollABI/Text.swift", "while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }", "", "TextTests"),
    (PYTHON + "callbacks/_saving.py", "self.best = initial_value_threshold", "self.best = None", "test_options_count.py"),
    (PYTHON + "callbacks/_stopping.py", " or is_first)", ")", "test_monitors.py"),
    (PYTHON + "callbacks/_monitor.py", "self.best_epoch, self.wait, self.cooldown_counter = state.best_epoch, state.wait, state.cooldown", "",
     "test_monitors.py"),
    (PYTHON + "_arrays.py", "or (array.size > 1 and not any(array.strides))", "", "test_options_count.py"),
    (PYTHON + "models/_compute.py", "whole(validation_batch_size or 0, ", "whole(0, ", "test_options_count.py"),
]

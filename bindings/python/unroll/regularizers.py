"""Penalties added to the loss: l1 * sum |w| + l2 * sum w².

Pass them to a layer as `kernel_regularizer=` and the like, for weights, or as
`activity_regularizer=`, for its output, as objects or by name ("l2").
"""

from __future__ import annotations

from typing import Any, Dict, Union

from ._configured import Configured


class Regularizer(Configured):
    """The base of all regularizers: a Keras configuration; the library computes the penalty."""

    _module = "keras.regularizers"


RegularizerLike = Union[str, Regularizer, Dict[str, Any], None]


class L1(Regularizer):
    """l1 * sum |w|."""

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)


class L2(Regularizer):
    """l2 * sum w²."""

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)


class L1L2(Regularizer):
    """l1 * sum |w| + l2 * sum w²."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        super().__init__(l1=l1, l2=l2)


def l1(l1: float = 0.01) -> L1:
    """The regularizer l1 * sum |w|."""
    return L1(l1)


def l2(l2: float = 0.01) -> L2:
    """The regularizer l2 * sum w²."""
    return L2(l2)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """The regularizer l1 * sum |w| + l2 * sum w²."""
    return L1L2(l1, l2)

"""Penalties on weights, added to the loss: l1 * sum|w| + l2 * sum w^2."""

from __future__ import annotations

from typing import Any, Union

from ._plain import plain


class Regularizer:
    def __init__(self, **config: Any) -> None:
        self._config = plain(config)

    def get_config(self) -> dict[str, Any]:
        return dict(self._config)

    def to_keras(self) -> dict[str, Any]:
        return {"module": "keras.regularizers", "class_name": type(self).__name__, "config": self.get_config(), "registered_name": None}


RegularizerLike = Union[str, Regularizer, dict, None]


class L1(Regularizer):
    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)


class L2(Regularizer):
    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)


class L1L2(Regularizer):
    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        super().__init__(l1=l1, l2=l2)


def l1(l1: float = 0.01) -> L1:
    return L1(l1)


def l2(l2: float = 0.01) -> L2:
    return L2(l2)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    return L1L2(l1, l2)

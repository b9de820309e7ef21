"""Prepares series for a network: scaling and windows."""

from .scaling import MinMaxScaler
from .windows import sliding_windows, windows

__all__ = ["MinMaxScaler", "sliding_windows", "windows"]

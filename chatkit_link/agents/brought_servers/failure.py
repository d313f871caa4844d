"""Where a failure of somebody's code happened: a sentence with the file and the line that they wrote."""

import traceback
from pathlib import Path
from types import FrameType
from typing import cast

from chatkit_link.agents.sdk_methods import ServerMistake
from chatkit_link.import_target import words_of

_OURS = str(Path(__file__).parents[2])
#: Errors of a group that are described.
_MOST = 3


def described(error: BaseException) -> str:
    """``ValueError: no such city (weather.py, line 12)``: the innermost line of code that is neither ours nor a
    library's, or just the error where there is none.
    """
    text = without_full_stop(" ".join(words_of(error).split()))
    if isinstance(error, ServerMistake):
        return text  # names the method, and where it is
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_theirs(frame.filename)]
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    if not isinstance(error, BaseExceptionGroup):
        return what + place
    group = cast("BaseExceptionGroup[BaseException]", error).exceptions
    more = f"; and {len(group) - _MOST} more" if len(group) > _MOST else ""
    return f"{what}{place}: [{'; '.join(described(each) for each in group[:_MOST])}{more}]"


def without_full_stop(text: str) -> str:
    """A sentence of others, for the end of one of ours."""
    return text if text.endswith("..") else text.removesuffix(".")


def place_in(frame: FrameType | None) -> str:
    """``weather.py, line 12``: the innermost line of their code that runs now; empty where there is none."""
    while frame is not None and not _is_theirs(frame.f_code.co_filename):
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}" if frame is not None else ""


def _is_theirs(file: str) -> bool:
    return not (
        file.startswith((_OURS, "<")) or "site-packages" in file or f"{Path(traceback.__file__).parent}/" in file
    )

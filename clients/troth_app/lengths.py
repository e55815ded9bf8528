"""How much of a text a bound in bytes holds, said in letters: nobody counts bytes, and none is cut in the middle."""

from collections.abc import Iterator

__all__ = ["beyond", "fitting", "pieces"]


def fitting(text: str, bytes_max: int) -> int:
    """Return how many letters from the start of a text fit into so many bytes."""
    written = text.encode(errors="replace")
    return len(text) if len(written) <= bytes_max else len(written[:bytes_max].decode(errors="ignore"))


def beyond(text: str, bytes_max: int) -> int:
    """Return by how many letters a text is too long."""
    return len(text) - fitting(text, bytes_max)


def pieces(text: str, bytes_max: int) -> Iterator[str]:
    """Yield a text as pieces that fit, each cut at a line end or a space if it has one, and no letter left out."""
    while text:
        end = fitting(text, bytes_max)
        if end < len(text):
            end = max(text.rfind("\n", 0, end), text.rfind(" ", 0, end)) + 1 or end
        yield text[:end]
        text = text[end:]

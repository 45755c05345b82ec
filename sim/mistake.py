"""A mistake in what was asked: one sentence, shown alone in a notebook."""


class Mistake(ValueError):
    """What was asked cannot be done. The text is one sentence that says why, and what would do."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the sentence, without the way through our code that led to it."""
        return [f"{type(self).__name__}: {self}"]

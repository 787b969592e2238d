"""A rule says no."""


class Refused(Exception):
    """A refusal is an answer, not a failure: a code out of a closed list, the field it is about, and facts.

    `field` is the path in the command's body, `lines.2.quantity`. Sentences are made by the client, in the user's
    language, from code and details; every code has one in `pwa/src/i18n`.
    """

    def __init__(self, code: str, field: str | None = None, **details: object) -> None:
        super().__init__(code)
        self.code, self.field, self.details = code, field, details

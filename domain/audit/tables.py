"""The seal of the log, and what the witness has found.

The seal stands beside the log and not in it: rows of the log are never updated, and the company's role may add to
either but change neither.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.base import check, key, moment, number, one_of, ref, table, words

seal = table(
    "seal",
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False, unique=True),  # of the log row
    Column("outcome_hash", LargeBinary),  # keyed, like the body's; null: there was no outcome
    Column("chain", LargeBinary, nullable=False),
    grants="select, insert",
)

seal_head = table(
    "seal_head",
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("n", BigInteger, nullable=False, server_default="0"),
    Column("chain", LargeBinary, nullable=False, server_default=text("''")),
    moment("last_at", null=True),  # the latest recorded_at that is sealed
    check("single", "single"),
    grants="select, update",
)

reconciliation = table(
    "reconciliation",
    key(),
    moment("checked_at"),  # of the one snapshot that all checks saw
    moment("finished_at", default="now()"),
    ref("actor_id"),
    Column("moves", BigInteger, nullable=False),
    Column("counts", JSONB, nullable=False),  # differences by check
    Column("differences", BigInteger, nullable=False),
    Column("feed", BigInteger, nullable=False),
    Column("log_n", BigInteger, nullable=False),
    Column("log_chain", LargeBinary, nullable=False),
    ref("file_id"),  # the certificate
    Index(None, "checked_at", "id"),
    grants="select, insert",
)

reconciliation_difference = table(
    "reconciliation_difference",
    key(),
    ref("reconciliation_id", "reconciliation.id"),
    number("position"),
    words("check"),
    words("key"),  # ids of the row that differs, in the order of the check
    words("what"),  # its column
    words("expected"),  # what the moves say
    words("found"),
    words("cause"),
    ref("command_id", null=True),
    words("command", null=True),
    ref("actor_id", null=True),
    ref("document_id", null=True),
    number("line", null=True),  # of the document
    moment("at", null=True),
    moment("since", null=True),  # it was right then
    number("candidates", default="0"),  # how many commands would explain it
    one_of("cause", "missing", "twice", "behind", "outside", "window", "named"),
    Index(None, "reconciliation_id", "position", unique=True),
    grants="select, insert",
)

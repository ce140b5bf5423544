"""What comes in waits for its slot; drafts and tips count in pools; notices go to persons; unread tips escalate."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _hide_cases()
    _make_pools()
    _extend_rows()
    op.create_table(
        "chores",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("done", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    raise NotImplementedError("what waits for its slot has no place in the older tables; restore a back-up instead")


def _hide_cases() -> None:
    op.add_column("cases", sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE cases SET hidden = (SELECT hidden FROM tips WHERE tips.id = cases.tip)")
    op.drop_column("tips", "hidden")
    op.drop_index("ix_cases_list", "cases")


def _make_pools() -> None:
    op.drop_table("drafts")  # those there count in no pool yet; they would be over within the hour
    op.create_table(
        "drafts",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_drafts_expires", "drafts", ["expires"])
    op.create_index("ix_drafts_pool", "drafts", ["pool"])
    op.create_table(
        "spent_proofs",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_spent_proofs_expires", "spent_proofs", ["expires"])
    op.create_table(
        "admissions",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pool", "day"),
        sqlite_with_rowid=False,
    )


def _extend_rows() -> None:
    op.add_column("cases", sa.Column("pool", sa.String(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("escalated", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("warned_on", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("read_on", sa.Date(), nullable=True))
    listed = ["care_point", "status", "received_on", "tip", "hidden", "changes", "active_on", "read_on", "offered_by"]
    op.create_index("ix_cases_list", "cases", listed)
    op.add_column("messages", sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("messages", sa.Column("seen", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("messages", sa.Column("answers_to", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("notices", sa.Column("coordinator", sa.String(), nullable=False, server_default=""))
    op.add_column("notices", sa.Column("is_dead", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("coordinators", sa.Column("wants_mail", sa.Boolean(), nullable=False, server_default=sa.true()))

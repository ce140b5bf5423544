"""The first tables: drafts, tips, messages, notices, and the desk's coordinators, keys, grants and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coordinators",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("care_point", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("sign_in_digest", sa.LargeBinary(), nullable=False),
        sa.Column("totp_box", sa.LargeBinary(), nullable=False),
        sa.Column("totp_used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_index("ix_coordinators_care_point", "coordinators", ["care_point"], unique=False)

    op.create_table(
        "drafts",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_drafts_expires", "drafts", ["expires"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("care_point", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tips",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lookup_digest", sa.LargeBinary(), nullable=False),
        sa.Column("care_point", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("lookup_digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tips_care_point", "tips", ["care_point"], unique=False)

    op.create_table(
        "desk_sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("coordinator", sa.String(), nullable=False),
        sa.Column("last_used", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coordinator"],
            ["coordinators.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_desk_sessions_coordinator", "desk_sessions", ["coordinator"], unique=False)

    op.create_table(
        "grants",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("coordinator", sa.String(), nullable=False),
        sa.Column("care_point", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("proved_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coordinator"],
            ["coordinators.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("coordinator", "care_point", "number"),
    )
    op.create_index("ix_grants_care_point", "grants", ["care_point"], unique=False)
    op.create_index("ix_grants_coordinator", "grants", ["coordinator"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tip", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tip"],
            ["tips.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tip", "kind", "number", "reader"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_messages_tip", "messages", ["tip"], unique=False)

    op.create_table(
        "wrapped_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("coordinator", sa.String(), nullable=False),
        sa.Column("unlocker", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coordinator"],
            ["coordinators.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_wrapped_keys_coordinator", "wrapped_keys", ["coordinator"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_wrapped_keys_coordinator", "wrapped_keys")

    op.drop_table("wrapped_keys")
    op.drop_index("ix_messages_tip", "messages")

    op.drop_table("messages")
    op.drop_index("ix_grants_coordinator", "grants")
    op.drop_index("ix_grants_care_point", "grants")

    op.drop_table("grants")
    op.drop_index("ix_desk_sessions_coordinator", "desk_sessions")

    op.drop_table("desk_sessions")
    op.drop_index("ix_tips_care_point", "tips")

    op.drop_table("tips")
    op.drop_table("notices")
    op.drop_index("ix_drafts_expires", "drafts")

    op.drop_table("drafts")
    op.drop_index("ix_coordinators_care_point", "coordinators")

    op.drop_table("coordinators")

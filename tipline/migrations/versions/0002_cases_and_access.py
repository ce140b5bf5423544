"""A tip may be worked on at several care points: each has a case. Access with passkeys, invitations, roles and step-up;
keys that are proposed; the audit trail."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_cases()
    _name_readers()
    _extend_access()
    _make_access_tables()
    _make_key_tables()
    _make_trail()


def downgrade() -> None:
    raise NotImplementedError("a tip of two care points has no place in the older tables; restore a back-up instead")


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("tip", sa.String(), nullable=False),
        sa.Column("care_point", sa.String(), nullable=False),
        sa.Column("named", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("labels", sa.String(), nullable=False),
        sa.Column("assigned_to", sa.String(), nullable=False),
        sa.Column("active_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("offered_by", sa.String(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("answered_to", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tip"], ["tips.id"]),
        sa.PrimaryKeyConstraint("tip", "care_point"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cases_list", "cases", ["care_point", "status", "received_on", "tip", "changes", "active_on"])
    op.create_index("ix_cases_closed", "cases", ["care_point", "closed_on"])
    op.execute(
        "INSERT INTO cases (tip, care_point, named, sealed, received_on, status, reason, labels, assigned_to, "
        "active_on, closed_on, offered_by, is_shared, answered_to, changes) SELECT id, care_point, care_point, sealed, "
        "received_on, status, '', '', '', received_on, NULL, '', false, 0, 0 FROM tips"
    )
    op.execute("UPDATE cases SET closed_on = received_on WHERE status = 'closed'")


def _name_readers() -> None:
    op.add_column("messages", sa.Column("named", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE messages SET named = (SELECT care_point FROM tips WHERE tips.id = messages.tip)")
    op.execute("UPDATE messages SET reader = named WHERE reader = 'desk'")
    op.add_column("messages", sa.Column("written_by", sa.String(), nullable=False, server_default=""))
    op.drop_index("ix_tips_care_point", "tips")
    for column in ("care_point", "status", "sealed"):
        op.drop_column("tips", column)


def _extend_access() -> None:
    op.add_column("coordinators", sa.Column("role", sa.String(), nullable=False, server_default="coordinator"))
    op.add_column("coordinators", sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("coordinators", sa.Column("wrong_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("coordinators", sa.Column("ended_on", sa.Date(), nullable=True))
    # Who is signed in signs in anew: how a session began was not kept.
    op.drop_index("ix_desk_sessions_coordinator", "desk_sessions")
    op.drop_table("desk_sessions")
    op.create_table(
        "desk_sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("coordinator", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stepped_up", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coordinator"], ["coordinators.id"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_desk_sessions_coordinator", "desk_sessions", ["coordinator"])


def _make_access_tables() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("coordinator", sa.String(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["coordinator"], ["coordinators.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential"),
    )
    op.create_index("ix_passkeys_coordinator", "passkeys", ["coordinator"])
    _make_with_digest("challenges", [sa.Column("purpose", sa.String(), nullable=False)])
    _make_with_digest(
        "invitations",
        [sa.Column(name, sa.String(), nullable=False) for name in ("care_point", "email", "role")],
    )
    op.create_index("ix_invitations_care_point", "invitations", ["care_point"])


def _make_with_digest(table: str, columns: Sequence[sa.Column[str]]) -> None:
    op.create_table(
        table,
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        *columns,
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def _make_key_tables() -> None:
    op.create_table(
        "key_proposals",
        sa.Column("care_point", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("sheet_recipient", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["coordinators.id"]),
        sa.PrimaryKeyConstraint("care_point"),
    )
    op.create_table(
        "sheet_grants",
        sa.Column("care_point", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practised_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("care_point", "number"),
    )


def _make_trail() -> None:
    op.create_table(
        "trail",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("deed", "actor", "care_point", "tip", "about")),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_trail_care_point", "trail", ["care_point"])

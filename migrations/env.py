"""Alembic's entry: runs the revisions on the connection that the caller holds.

``chatkit-link migrate`` and the server pass their connection in; there is no alembic.ini.
"""

from alembic import context

from chatkit_link.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    # Whether no version had tables here before, so that no replica of one can be running.
    is_new=context.config.attributes.get("is_new", False),
)
context.run_migrations()

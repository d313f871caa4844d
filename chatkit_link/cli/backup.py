"""``chatkit-link backup`` and ``restore``: the database and the files of a deployment, in one file."""

import os
from pathlib import Path
from typing import Annotated

import typer

BackupArgument = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The file of the backup.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="A new file, such as monday.tar.")],
) -> None:
    """Write the database and the users' files into one file, a tar that opens without this program. Servers may run
    meanwhile. The secret that signs cookies is not in it.
    """
    from chatkit_link.backup.make import back_up
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.backup_report import counted, describe
    from chatkit_link.cli.operator import operator
    from chatkit_link.cli.output import print_line
    from chatkit_link.cli.progress_bar import ProgressBar
    from chatkit_link.cli.start import start

    with ProgressBar("Writing the backup") as bar:
        made = back_up(start("error"), file.absolute(), operator(), bar.report)
        manifest = event_loop.run(made, ends_with_terminate=True)
    print_line(f"{file} has {describe(manifest)}.")
    if manifest.missing:
        lost = counted(manifest.missing, "file")
        print_line(f"Not in the storage, and so not in the backup: {lost}, listed in its missing-files.txt.")


def restore(
    file: BackupArgument,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only read the file to its end, and compare its checksums.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove the data that is in the database. Without it, such is refused.")
    ] = False,
    new_secret: Annotated[
        bool,
        typer.Option(
            "--new-secret",
            help="Take another CHATKIT_LINK_SECRET than the backup's servers had: visitors whose cookies it signed "
            "lose their history.",
        ),
    ] = False,
) -> None:
    """Restore a backup into the database and the storage of the settings, be they embedded or not. All servers must be
    stopped. A backup of an older version is brought to the schema of this one.
    """
    from chatkit_link.backup.archive import Archive
    from chatkit_link.backup.restore import Choices, require_known
    from chatkit_link.backup.restore import restore as put_back
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.backup_report import counted, describe
    from chatkit_link.cli.operator import operator
    from chatkit_link.cli.output import print_line
    from chatkit_link.cli.progress_bar import ProgressBar
    from chatkit_link.cli.start import start

    path = file.absolute()
    if check:
        with ProgressBar("Reading the backup"):
            manifest = Archive.checked(path).manifest
        require_known(path, manifest)
        print_line(f"{file} is complete: {describe(manifest)}, of {manifest.created_at:%Y-%m-%d %H:%M} UTC.")
        return
    choices = Choices(replace=replace, new_secret=new_secret)
    os.umask(0o077)  # the files are for the server's user alone, as it makes them itself
    with ProgressBar("Reading the backup") as bar:
        restored = put_back(start("error"), path, choices, operator(), bar.report)
        manifest = event_loop.run(restored, ends_with_terminate=True)
    print_line(f"Restored: {describe(manifest)}, of {manifest.created_at:%Y-%m-%d %H:%M} UTC.")
    if manifest.missing:
        lost = counted(manifest.missing, "file")
        print_line(f"Missing already when the backup was made: {lost}, listed in its missing-files.txt.")
    if new_secret:
        print_line("The next server that starts decides which CHATKIT_LINK_SECRET is that of this database.")

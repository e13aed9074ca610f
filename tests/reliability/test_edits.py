"""Every way to edit the table reaches every worker, under load."""

import os
from pathlib import Path

from tests.reliability.served import served

EDITS = 4


def rewrite(file: Path, text: str) -> None:
    """Write into the file itself, as an editor without backups does."""
    file.write_text(text)


def replace(file: Path, text: str) -> None:
    """Rename another file over it, as `gateway flip` and most editors do."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)


def swap_link(file: Path, text: str) -> None:
    """Let a link lead to another file."""
    version = file.with_name(f"version-{os.urandom(4).hex()}.yaml")
    version.write_text(text)
    link = file.with_suffix(".link")
    link.symlink_to(version.name)
    link.replace(file)


def remount(file: Path, text: str) -> None:
    """Swap the link to the folder that a link leads through, as a Kubernetes ConfigMap does."""
    version = file.with_name(f"..{os.urandom(4).hex()}")
    version.mkdir()
    (version / file.name).write_text(text)
    data = file.with_name("..data")
    data.with_suffix(".tmp").symlink_to(version.name)
    data.with_suffix(".tmp").replace(data)
    if not file.is_symlink() or file.readlink() != Path("..data") / file.name:  # the first time
        link = file.with_suffix(".link")
        link.symlink_to(f"..data/{file.name}")
        link.replace(file)


def test_an_edit_reaches_every_worker_however_it_is_made(server, tmp_path):
    with served(server, tmp_path) as site:
        with site.load() as load:
            for edit in (rewrite, replace, swap_link, remount):
                for _ in range(EDITS):
                    text = site.next_flip()
                    revision = site.note(text.encode(), site.backends)
                    edit(site.file, text)
                    site.settle(revision)

        assert site.timeline.complaints(load.answers) == []

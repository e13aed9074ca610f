"""Faults that only what leaves the application shows: mail, HTTP requests, files, processes."""

from __future__ import annotations

from tests.parity.mutants.exchanges import LETTER, Scene, act, attach
from tests.parity.mutants.mutant import Mutant

CHANNEL = "outbound"

UPLOADS = "modern/chat/uploads.py"
CHAT = "modern/chat/service.py"
CONVERSATION = "modern/conversation/service.py"
ADMIN = "modern/admin/service.py"


def upload(scene: Scene) -> None:
    attach(scene.ada)


def upload_deletion(scene: Scene) -> None:
    attach(scene.ada)
    scene.ada.delete("/attachments/1")


def clearing(scene: Scene) -> None:
    attach(scene.ada)
    scene.ada.post("/conversations/1/clear")


def conversation_deletion(scene: Scene) -> None:
    attach(scene.ada)
    scene.ada.delete("/conversations/1")


def account_deletion(scene: Scene) -> None:
    attach(scene.bob, to=6)
    act(scene.ada, "delete")


def letter(scene: Scene) -> None:
    scene.submit(scene.stranger, "/contact", **LETTER)


def rating(scene: Scene) -> None:
    scene.ada.post("/feedback", json={"message_id": 2, "rating": 4})


WRITTEN = "    (folder / name).write_bytes(upload.content)\n"
CLEARED = "        remove_stored(self.settings.attachment_folder, files)\n        return cleared"
KEPT = "        self.session.add(letter)\n        self.session.commit()\n"
MAILED = """        import smtplib
        with smtplib.SMTP("mail.example.test") as server:
            server.sendmail("us@example.test", ["them@example.test"], "Subject: Hi\\n\\nRead.")
"""
RATED = "        return self.session.scalars(select(Feedback).where(*mine)).one(), first\n"
REPORTED = """        import urllib.request
        urllib.request.urlopen("http://figures.example.test/rating", data=b"4")
"""

MUTANTS = [
    Mutant("a deleted file stays", CHAT,
        "        self.session.commit()\n"
        "        remove_stored(self.settings.attachment_folder, [stored])\n",
        "        self.session.commit()\n", upload_deletion),
    Mutant("clearing leaves the file", CONVERSATION, CLEARED, "        return cleared", clearing),
    Mutant("a deleted conversation's file stays", CONVERSATION,
        "            raise Stale if version is not None else NotFound\n"
        "        remove_stored(self.settings.attachment_folder, files)\n",
        "            raise Stale if version is not None else NotFound\n", conversation_deletion),
    Mutant("a deleted account's file stays", ADMIN,
        "        self.session.commit()\n"
        "        remove_stored(self.settings.attachment_folder, files)\n",
        "        self.session.commit()\n", account_deletion),
    Mutant("a file is written twice", UPLOADS, WRITTEN,
        WRITTEN + '    (folder / (name + ".bak")).write_bytes(upload.content)\n', upload),
    Mutant("a file is cut", UPLOADS, WRITTEN,
        WRITTEN.replace("upload.content", "upload.content[:-3]"), upload),
    Mutant("a file is kept elsewhere", UPLOADS, WRITTEN,
        WRITTEN.replace("(folder / name)", "(folder.parent / name)"), upload),
    Mutant("a file is scanned", UPLOADS, WRITTEN,
        WRITTEN + '    __import__("subprocess").run(["scan", name], check=False)\n', upload),
    Mutant("a file is for its owner only", UPLOADS, WRITTEN,
        WRITTEN + "    (folder / name).chmod(0o600)\n", upload),
    Mutant("a temporary file stays", UPLOADS, WRITTEN,
        WRITTEN + '    __import__("os").close(__import__("tempfile").mkstemp()[0])\n', upload),
    Mutant("a letter is sent by mail", ADMIN, KEPT, KEPT + MAILED, letter),
    Mutant("a rating is reported", CHAT, RATED, REPORTED + RATED, rating),
]  # fmt: skip

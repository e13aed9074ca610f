"""What reaches the people who run the workspace, and how the workspace is doing."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from modern.auth.service import APPLICATION
from modern.clock import Clock
from modern.pages.schemas import ContactForm, HealthReport
from shared_models import ContactMessage
from shared_models.settings import SharedSettings


class AdminService:
    """What administrators do, and what is done for them."""

    def __init__(self, session: Session, clock: Clock, settings: SharedSettings) -> None:
        self.session = session
        self.clock = clock
        self.settings = settings

    def submit_contact(self, form: ContactForm) -> ContactMessage:
        """Keep a letter for the administrators."""
        letter = ContactMessage(**form.model_dump(), created_at=self.clock())
        self.session.add(letter)
        self.session.commit()
        return letter

    def health(self) -> HealthReport:
        """Whether the database answers, and which schema it has."""
        try:
            revision = self.session.scalar(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError:
            self.session.rollback()
            return HealthReport(
                status="unavailable", app=APPLICATION, db="unavailable", schema_revision=None
            )
        return HealthReport(status="ok", app=APPLICATION, db="ok", schema_revision=revision)

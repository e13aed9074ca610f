"""The assistants: who may be talked to, and how much of the month is used."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from modern.auth.schemas import UsageStats
from modern.chat.choice import Choice
from modern.clock import Clock
from modern.failures import Conflict, NotFound
from modern.paging import Slice, offset
from modern.quota import usage_at
from modern.schemas import UNSTORABLE, PageQuery
from modern.upsert import insert_into
from shared_models import Assistant, Enrolment, User
from shared_models.settings import SharedSettings

SWITCHED_OFF = "This assistant is switched off."
IS_DEFAULT = "This is your default assistant. Choose another one in the settings first."


class AssistantService:
    """What can be done with assistants."""

    def __init__(self, session: Session, clock: Clock, settings: SharedSettings) -> None:
        self.session = session
        self.clock = clock
        self.settings = settings

    def list_assistants(self, user: User, query: PageQuery) -> Slice[Choice]:
        """One page of all assistants, by key."""
        page = (
            select(Assistant)
            .order_by(Assistant.key)
            .limit(query.per_page)
            .offset(offset(query.page, query.per_page))
        )
        enrolled = set(self._enrolled(user))
        total = self.session.scalar(select(func.count(Assistant.key))) or 0
        found = [Choice(each, each.key in enrolled) for each in self.session.scalars(page)]
        return Slice(found, total)

    def get_enabled(self, key: str) -> Assistant:
        """The assistant; NotFound where there is none, Conflict where it is switched off."""
        assistant = self._find(key)
        if not assistant.enabled:
            raise Conflict(SWITCHED_OFF)
        return assistant

    def enrol(self, user: User, assistant: Assistant) -> Choice:
        """Remember that the user wants to see the assistant."""
        self._set_enrolment(user, assistant, active=True)
        return Choice(assistant, enrolled=True)

    def unenrol(self, user: User, key: str) -> Choice:
        """Remember that the user no longer wants to; Conflict for the one that is their default."""
        assistant = self._find(key)
        if assistant.key == user.default_assistant:
            raise Conflict(IS_DEFAULT)
        if assistant.key in self._enrolled(user):
            self._set_enrolment(user, assistant, active=False)
        return Choice(assistant, enrolled=False)

    def usage(self, user: User) -> UsageStats:
        """How much of the month's messages the user has sent."""
        return usage_at(self.clock(), user)

    def _find(self, key: str) -> Assistant:
        assistant = None if UNSTORABLE.search(key) else self.session.get(Assistant, key)
        if assistant is None:
            raise NotFound
        return assistant

    def _enrolled(self, user: User) -> Sequence[str]:
        active = Enrolment.user_id == user.id, Enrolment.active.is_(True)
        return self.session.scalars(select(Enrolment.assistant_key).where(*active)).all()

    def _set_enrolment(self, user: User, assistant: Assistant, *, active: bool) -> None:
        row = insert_into(self.session, Enrolment).values(
            user_id=user.id, assistant_key=assistant.key, active=active, created_at=self.clock()
        )
        changed = row.on_conflict_do_update(
            index_elements=[Enrolment.user_id, Enrolment.assistant_key], set_={"active": active}
        )
        self.session.execute(changed)
        self.session.commit()

"""What administrators ask for, and how accounts, figures and changes are shown to them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from modern.auth.schemas import DisplayName, Email, Form, UsageStats, UserPublic
from modern.schemas import Body, Number, PageNumber, PageSize, Query, Storable
from shared_models.user import UserRole, UserStatus

LARGEST_QUOTA = 100_000

StatusFilter = Literal["", "active", "pending", "disabled", "deleting"]
Sort = Literal["email", "-email", "created", "-created", "last_login", "-last_login"]


def _role(value: str) -> str:
    if value not in {"user", "admin"}:
        raise PydanticCustomError("role", "Choose a role.")
    return value


class AdminQuery(Query):
    """Which accounts or changes are wanted, and in which order."""

    q: Storable = ""
    status: StatusFilter = ""
    sort: Sort = "-created"
    page: PageNumber = 1
    per_page: PageSize = 20


class AdminUserCreate(Form):
    """An account that an administrator makes for somebody."""

    email: Email = ""
    display_name: DisplayName = ""
    role: Annotated[str, AfterValidator(_role)] = ""


class AdminUserUpdate(Body):
    """What is to change about an account; what was not sent stays as it is."""

    display_name: DisplayName = ""
    role: UserRole = "user"
    status: Literal["active", "disabled"] = "active"
    monthly_quota: Annotated[int, Field(ge=0, le=LARGEST_QUOTA)] = 0
    reset_usage: bool = False

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_to_change", "Send at least one field to change.")
        return self

    @property
    def changes(self) -> dict[str, Any]:
        """The new values by column, for the fields that were sent."""
        changes = self.model_dump(exclude_unset=True, exclude={"reset_usage"})
        return {**changes, "quota_used": 0} if self.reset_usage else changes


class AdminUserItem(UserPublic):
    """An account as administrators see it."""

    email: str
    status: UserStatus
    usage: UsageStats
    created_at: datetime
    last_login_at: datetime | None


class UserCounts(BaseModel):
    """How many accounts there are, in all and by status."""

    total: int
    active: int
    pending: int
    disabled: int
    deleting: int


class DayCount(BaseModel):
    """How many messages were written on one day (UTC)."""

    day: date
    messages: int


class SystemStats(BaseModel):
    """How much the workspace is used; `by_day` is the last thirty days, oldest first."""

    users: UserCounts
    conversations: int
    messages: int
    feedback_avg: float | None
    by_day: list[DayCount]


class AuditItem(BaseModel):
    """One change that an administrator made."""

    at: datetime
    actor: str | None
    action: str
    target: str
    ip: str | None
    request_id: str | None
    app: str


class CleanupRequest(Body):
    """Which conversations that never began are to go."""

    older_than_days: Annotated[Number, Field(ge=1, le=3650)]
    dry_run: bool = True

"""Which db and which models the code behind an application's URLs uses."""

from __future__ import annotations

from tests.doctor.writing import OWN_DB, app, places, shared

MONOLITH = app(
    db=OWN_DB,
    body="""
        session = db.session
        log = db.Table("log", db.Column("id", db.Integer, primary_key=True))

        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
    """,
)


def test_a_view_that_uses_its_own_db_is_sound(found):
    view = """
        @app.get("/")
        def home():
            return str(db.session.query(User).count())
    """

    assert found(shared=shared(), legacy=app(view), modern=app(view)) == {}


def test_views_with_two_dbs_on_one_base_use_nothing_foreign(found):
    base = """
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            ...

        class User(Base):
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True)
    """
    own = "from base import Base, User\ndb = SQLAlchemy(model_class=Base)"
    view = "app.add_url_rule('/', view_func=lambda: str(db.session.get(User, 1)))"
    seen = found(base=base, legacy=app(view, own), modern=app(view, own))

    assert set(seen) == {"db.two-instances", "db.different-database"}
    assert "They have the same models" in seen["db.two-instances"].message


def test_a_service_that_a_view_calls_is_looked_into(found):
    service = """
        import legacy

        class Users:
            def count(self):
                return legacy.db.session.query(legacy.User).count()

        users = Users()
    """
    view = """
        import service

        @app.get("/users")
        def count_users():
            return str(service.users.count())
    """
    seen = found(legacy=MONOLITH, service=service, modern=app(view, OWN_DB))

    assert places(seen["db.foreign-db"]) == ["service.py: Users.count uses legacy.db"]
    assert places(seen["db.foreign-model"]) == ["service.py: Users.count uses legacy.User"]


def test_hooks_are_looked_into(found):
    hooks = """
        import legacy
        from flask import Blueprint

        pages = Blueprint("pages", __name__)

        @app.before_request
        def before():
            legacy.db.session.rollback()

        @pages.errorhandler(404)
        def missing(error):
            legacy.db.session.rollback()
            return "", 404

        app.register_blueprint(pages)
    """
    seen = found(legacy=MONOLITH, modern=app(hooks, OWN_DB))

    assert places(seen["db.foreign-db"]) == [
        "modern.py: before uses legacy.db",
        "modern.py: missing uses legacy.db",
    ]


def test_views_that_are_classes_are_looked_into(found):
    views = """
        import legacy
        from flask.views import MethodView

        class Users(MethodView):
            def get(self):
                return str(legacy.User.query.count())

        app.add_url_rule("/users", view_func=Users.as_view("users"))
    """
    seen = found(legacy=MONOLITH, modern=app(views, OWN_DB))

    assert places(seen["db.foreign-model"]) == ["modern.py: Users.get uses legacy.User"]


def test_views_behind_a_decorator_are_looked_into(found):
    view = """
        import legacy
        from flask_login import LoginManager, login_required

        login_manager = LoginManager(app)

        @login_manager.user_loader
        def load_user(user_id):
            return legacy.db.session.get(legacy.User, user_id)

        @app.get("/")
        @login_required
        def home():
            return str(legacy.db.session)
    """
    seen = found(legacy=MONOLITH, modern=app(view, OWN_DB))

    assert places(seen["db.foreign-db"]) == [
        "modern.py: load_user uses legacy.db",
        "modern.py: home uses legacy.db",
    ]


def test_a_session_and_a_table_that_were_taken_from_a_db_are_known(found):
    view = """
        from legacy import log, session

        @app.get("/")
        def home():
            return str(session.execute(log.select()).all())
    """
    seen = found(legacy=MONOLITH, modern=app(view, OWN_DB))

    assert places(seen["db.foreign-db"]) == ["modern.py: home uses session"]
    assert places(seen["db.foreign-model"]) == ["modern.py: home uses log"]


def test_an_application_without_a_db_that_uses_anothers_is_told(found):
    bare = """
        from flask import Flask
        from shared import db

        app = Flask(__name__)
        app.add_url_rule("/", view_func=lambda: str(db.session))
    """
    seen = found(shared=shared(), legacy=app(), modern=bare)

    assert set(seen) == {"db.foreign-db", "db.not-registered"}

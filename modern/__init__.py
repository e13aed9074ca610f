"""The rewrite: the conversation workspace as an application factory with a package a feature.

A request meets a route (`*/routes.py`), which parses a schema (`*/schemas.py`), calls a method
of a service (`*/service.py`) and answers with a schema or a template. Services know the models
and the clock but no Flask; what they refuse is a failure (`failures`), and `errors` turns each
one into a page or a Problem. `identity` knows who is looking, `headers` completes every response.
"""

from flask import Flask

from modern import commands, errors, headers, services
from modern.admin.routes import blueprint as admin_blueprint
from modern.auth.routes import blueprint as auth_blueprint
from modern.chat.routes import blueprint as chat_blueprint
from modern.config import Config
from modern.conversation.routes import blueprint as conversation_blueprint
from modern.extensions import csrf, login_manager
from modern.identity import viewer
from modern.pages.routes import blueprint as pages_blueprint
from modern.paging import page_query
from modern.responses import markdown
from modern.times import instant, long_date, minute
from shared_models.db import db

__all__ = ["Config", "create_app"]

BLUEPRINTS = (
    pages_blueprint,
    auth_blueprint,
    chat_blueprint,
    conversation_blueprint,
    admin_blueprint,
)


def create_app(config: Config | None = None) -> Flask:
    """Build the application from the given configuration, or from the environment's."""
    config = config or Config.from_environment()
    app = Flask(__name__, static_url_path="/assets")
    app.config.from_mapping(config.for_flask())
    services.init_app(app, config)
    db.init_app(app)
    csrf.init_app(app)
    # Flask-Login's own context processor would ask for the user on the 500 page too.
    login_manager.init_app(app, add_context_processor=False)
    app.context_processor(lambda: {"viewer": viewer})
    app.jinja_env.filters.update(
        long_date=long_date,
        minute=minute,
        instant=instant,
        markdown=markdown,
        page_query=page_query,
    )
    app.jinja_env.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}
    headers.init_app(app, https_only=config.is_public)
    errors.init_app(app)
    commands.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app

"""One database for several applications, and scopes in which it is another one.

A project shares its database in two lines::

    from gateway.sandbox import SharedSQLAlchemy
    db = SharedSQLAlchemy(model_class=Base)

Every Flask application that calls ``db.init_app(app)`` with the same URL then has the
same Engine and the same pool (`shared`). The pool asks one ContextVar at each checkout
whether a scope is active (`scope`, `pool`). Outside a scope that is all it does; inside,
the scope says where connections come from: today from a private copy of the database
(`clone`), which is how each side of a comparison gets a state of its own.
"""

from gateway.sandbox.clone import CloneError
from gateway.sandbox.shared import SharedSQLAlchemy
from gateway.sandbox.state import Database, State

__all__ = ["CloneError", "Database", "SharedSQLAlchemy", "State"]

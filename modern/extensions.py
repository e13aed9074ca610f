"""The Flask extensions that the application is built with."""

from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()

# The login page is named by its path: behind the gateway another application may serve it, and
# an endpoint name that only one of the two knows would be a BuildError in the other.
login_manager = LoginManager()
login_manager.login_view = "/auth/login"
login_manager.login_message = None
login_manager.session_protection = "basic"

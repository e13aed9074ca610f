"""What the settings show on both sides."""

import pytest
from sqlalchemy import update

from shared_models import LoginSession

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
BROWSERS = {
    f"Mozilla/5.0 (X11; Linux x86_64) {KIT} Chrome/126.0 Safari/537.36": "Chrome on Linux",
    f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/126.0 Safari/537.36 Edg/126": "Edge on Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Firefox/127.0": "Firefox on macOS",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {KIT} Safari/604": "Safari on iPhone",
    "curl/8.8.0": "curl/8.8.0",
    "": "An unknown browser",
}


@pytest.mark.parametrize("agent", BROWSERS)
def test_a_browser_is_called_by_its_name(side, agent):
    with side.session() as session:
        session.execute(update(LoginSession).values(user_agent=agent, ip="192.0.2.7"))
        session.commit()
    page = side.signed_in("ada").get("/settings").text
    assert f"<li>{BROWSERS[agent]}, 192.0.2.7, since " in page


def test_assistants_that_are_offered_first_are_marked(side):
    ada = side.signed_in("ada")
    ada.post("/assistants/docs/enrolment")
    page = ada.get("/settings").text
    assert 'data-key="docs" aria-pressed="true"' in page
    assert 'data-key="table" aria-pressed="false"' in page

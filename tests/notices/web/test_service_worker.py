"""The service worker's file."""

import pytest


@pytest.mark.django_db
def test_the_service_worker_serves_the_whole_site_and_is_never_stale(client) -> None:
    """It stands at the root, as a script, to be asked for anew; it shows pushes by their tag."""
    answer = client.get("/sw.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Cache-Control"] == "no-cache"
    assert "showNotification" in answer.content.decode()
    assert client.post("/sw.js").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/notices/stop/abc/", "/notices/confirm/00.11/", "/notices/confirm/x/"])
def test_links_that_are_not_ours_lead_nowhere(client, path) -> None:
    """404, and nothing of the reason."""
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404

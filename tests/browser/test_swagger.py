"""Swagger UI of both services: opened, authorized, tried out."""

import pytest
from playwright.sync_api import expect

OPERATIONS = {
    "producer": [("post", "/api/checks/"), ("get", "/api/tokens/")],
    "consumer": [("get", "/api/analytics/"), ("get", "/api/places/")],
}


def authorize(page, token):
    """Give the token to the page, as its dialog asks for it."""
    page.get_by_role("button", name="Authorize").click()
    dialog = page.locator(".auth-container")
    dialog.locator("input").fill(token)
    dialog.get_by_role("button", name="Apply").click()
    dialog.get_by_role("button", name="Close").click()


def execute(page, operation):
    """Try an operation of the document out, as it stands; the answer."""
    block = page.locator(f"#operations-{operation['tags'][0]}-{operation['operationId']}")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    with page.expect_response(lambda answer: "/api/docs/" not in answer.url) as asked:
        block.get_by_role("button", name="Execute").click()
    expect(block.locator(".live-responses-table .response-col_status").last).to_contain_text(str(asked.value.status))
    return asked.value


@pytest.mark.complaints("status of 401")
@pytest.mark.parametrize("side", OPERATIONS)
def test_try_operations(new_page, api, shops, side):
    service = getattr(api, f"{side}_admin")
    paths = service.get("/api/openapi.json").expect(200).json["paths"]
    # Its script waits by comparing times, for ever where the clock stands.
    page = new_page(now=None)
    page.goto(f"{service.base_url}/api/docs/")
    expect(page.locator(".info .title")).to_contain_text(f"pg_receipts {side}")

    assert execute(page, paths["/api/rollups/" if side == "consumer" else "/api/checks/"]["get"]).status == 401
    authorize(page, service.token)
    for method, path in OPERATIONS[side]:
        answer = execute(page, paths[path][method])
        assert answer.status in (200, 201) and answer.request.method == method.upper()

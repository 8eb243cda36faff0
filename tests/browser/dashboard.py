"""The dashboard as a person uses it: what can be pressed, and what can be read."""

from playwright.sync_api import expect

CARDS = ("total_amount", "total_purchases", "average_receipt", "total_nds", "total_tips")


class Dashboard:
    """A page with the dashboard, addressed by what it shows."""

    def __init__(self, page, url):
        self.page, self.url = page, url + "/"

    # What a person does

    def open(self, fragment=""):
        self.page.goto(f"{self.url}#{fragment}" if fragment else self.url)

    def sign_in(self, token):
        self.page.get_by_label("Access token").fill(token)
        self.page.get_by_role("button", name="Open the dashboard").click()

    def refresh(self):
        self.page.get_by_role("button", name="Refresh").click()
        self.settled()

    def choose(self, name):
        """Press one of the radio buttons that look like a bar."""
        self.page.get_by_role("radio", name=name, exact=True).check()
        self.settled()

    def order_by(self, column):
        self.page.locator("#places thead").get_by_role("button", name=column).click()
        self.settled()

    def find(self, query):
        """Type into the search of places; the offers."""
        self.page.get_by_role("combobox", name="Find a place").fill(query)
        self.page.get_by_role("combobox", name="Find a place").focus()
        self.offered()
        return self.offers

    def offered(self):
        """Wait until the search of places has found what was typed."""
        expect(self.page.locator("#place-options:not([hidden])")).to_have_attribute("aria-busy", "false")

    def settled(self):
        """Wait until the figures of the address are there."""
        expect(self.page.locator("#heading")).not_to_be_empty()
        expect(self.page.locator("#board")).to_have_attribute("aria-busy", "false")

    # What a person sees

    @property
    def gate_error(self):
        return self.page.locator("#gate-error")

    @property
    def notice(self):
        return self.page.locator("#notice-text")

    @property
    def offers(self):
        """What the search of places offers."""
        return self.page.get_by_role("listbox", name="Places").get_by_role("option")

    @property
    def heading(self):
        return self.page.get_by_role("heading", level=1)

    def cards(self):
        """The exact figures of the cards, and how they are shown."""
        return {name: (self.page.locator(f"#{name}").get_attribute("value"),
                       self.page.locator(f"#{name}").inner_text()) for name in CARDS}

    def figures(self):
        """The exact figures of the cards alone."""
        return {name: value for name, (value, _) in self.cards().items()}

    def rows(self, body):
        """A table's rows: the text of the head, then the exact figures."""
        return self.page.locator(f"{body} tr").evaluate_all("""rows => rows.map((row) => [
            (row.querySelector('.name, a') ?? row.querySelector('th')).textContent,
            ...[...row.querySelectorAll('data')].map((one) => one.value)])""")

    def shares(self, table):
        """All rows of categories or payments."""
        more = self.page.locator(f"#{table}-more")
        if more.is_visible() and more.inner_text() != "Show fewer":
            more.click()
        return {name: figures for name, *figures in self.rows(f"#{table} tbody")}

    def series(self):
        """The table of figures over time."""
        if not self.page.locator("#series").evaluate("element => element.open"):
            self.page.get_by_text("Show as a table").click()
        self.page.wait_for_selector("#series-rows tr")
        return self.rows("#series-rows")

    def places(self):
        """The page of places in view."""
        return self.rows("#place-rows")

    def all_places(self):
        """The places of all pages, in their order."""
        found = self.places()
        while self.page.get_by_role("button", name="Next").is_enabled() and \
                self.page.get_by_role("button", name="Next").is_visible():
            self.page.get_by_role("button", name="Next").click()
            self.settled()
            found += self.places()
        return found

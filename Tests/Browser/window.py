"""A headless Chromium that shows the page, and the few questions that the tests ask it."""

import os
import shutil
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-breakpad", "--disable-crash-reporter", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]


class Window:
    """One window, with files of its own that are removed with it."""

    def __init__(self, width=1440, height=900, dark=False, calm=False):
        self.folder = tempfile.mkdtemp(prefix="pangaea-browser.")
        for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = self.folder
        options = Options()
        options.binary_location = shutil.which("chromium")
        for argument in [*ARGUMENTS, f"--user-data-dir={self.folder}/profile", f"--window-size={width},{height}"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.driver.set_script_timeout(60)
        self.shape(width, height)
        self.media(dark, calm)

    def shape(self, width, height, mobile=False):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile})

    def media(self, dark, calm=False):
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if calm else "no-preference"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def open(self, link, kind="uts"):
        self.driver.get(link)
        self.wait("document.querySelectorAll('.node').length > 0")
        self.choose(kind)

    def choose(self, kind):
        self.do(f"document.getElementById('kind-{kind}').click()")

    def do(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def value(self, expression):
        return self.do(f"return ({expression})")

    def wait(self, expression, seconds=10):
        """Waits until an expression is true; its value, and how long that took."""
        began = time.monotonic()
        while True:
            value = self.value(expression)
            if value:
                return value, time.monotonic() - began
            if time.monotonic() - began > seconds:
                raise AssertionError(f"not within {seconds} s: {expression}")
            time.sleep(0.02)

    def keys(self, *keys):
        actions = ActionChains(self.driver)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def hover(self, element):
        ActionChains(self.driver).move_to_element(element).perform()

    def process(self, pid):
        """The node on the map of a process."""
        self.wait(f"document.querySelector('.node[data-key^=\"{pid}.\"]')")
        return self.value(f"document.querySelector('.node[data-key^=\"{pid}.\"]')")

    def click(self, node):
        self.do("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", node)

    def search(self, text):
        self.do("const s = document.getElementById('search'); s.value = arguments[0]; s.dispatchEvent(new Event('input'))", text)

    def node(self, text, kind=".node:not(.leaving)"):
        """The node on the map that shows a text."""
        script = "return [...document.querySelectorAll(arguments[1])].find((n) => n.textContent.includes(arguments[0]))"
        limit = time.monotonic() + 10
        while time.monotonic() < limit:
            found = self.do(script, text, kind)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"there is no {kind} with {text}")

    def errors(self):
        """What the browser complained about."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def picture(self, path):
        self.driver.save_screenshot(path)

    def violations(self, script):
        """What axe-core finds wrong."""
        self.do(script)
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then((r) => done(r.violations));")
        return [f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:200]}" for one in found]

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.folder, ignore_errors=True)

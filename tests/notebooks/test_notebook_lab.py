"""The widget in a real JupyterLab: it draws, follows a slider, shows bands, pins, gives its code, and asks nobody else."""

import pytest

from bench.notebook_lab import lab


@pytest.mark.slow
def test_a_slider_moves_the_charts_in_jupyterlab(playwright_driver):
    with lab(playwright_driver) as (page, asked):
        root = page.locator(".tandem.explorer")
        page.locator(".tandem.explorer[data-banded]").wait_for(timeout=60_000)
        assert root.locator("canvas").count() == 2
        before = root.locator(".line-label").all_inner_texts()
        answered = root.get_attribute("data-answered")
        page.evaluate("""() => {
          const slider = document.querySelector('.tandem.explorer [data-lever="decision_clarity"]');
          slider.value = "95";
          slider.dispatchEvent(new Event("input"));
          slider.dispatchEvent(new Event("change"));
        }""")
        page.wait_for_function(f"document.querySelector('.tandem.explorer').dataset.answered !== '{answered}'", timeout=30_000)
        page.wait_for_function(
            "document.querySelector('.tandem.explorer').dataset.banded === "
            "document.querySelector('.tandem.explorer').dataset.answered",
            timeout=30_000,
        )
        assert root.locator(".line-label").all_inner_texts() != before
        page.wait_for_timeout(1500)  # the kernel looks ahead meanwhile: the next position is there before it is wanted
        assert page.evaluate("""() => {
          const root = document.querySelector(".tandem.explorer");
          const [slider, before] = [root.querySelector('[data-lever="decision_clarity"]'), root.dataset.answered];
          slider.value = "90";
          slider.dispatchEvent(new Event("input"));
          return root.dataset.answered !== before;
        }""")
        root.get_by_role("button", name="Copy code").click()
        page.wait_for_function(
            "document.querySelector('.tandem.explorer .code').textContent.includes('decision_clarity')", timeout=30_000
        )
        root.get_by_role("button", name="Pin A").click()
        page.wait_for_function("document.querySelector('.tandem.explorer .pinned').textContent.includes('A')", timeout=30_000)
        assert not [url for url in asked if url.startswith(("http", "ws")) and "//127.0.0.1" not in url]

"""The search leads readers to where the book answers what they typed."""

import json
from urllib.parse import quote

import pytest
from searching import Search

pytestmark = pytest.mark.slow

QUESTIONS = "book/questions.html#"
ANSWERS = {  # the beginning of what the first or the second result leads to
    "gradient accumulation": QUESTIONS + "when-do-i-need-gradient-accumulation",
    "gpu": QUESTIONS + "what-changes-on-a-gpu",
    "out of memory": QUESTIONS + "what-do-i-do-when-memory-runs-out",
    "CUDA out of memory": QUESTIONS + "what-do-i-do-when-memory-runs-out",
    "adam": QUESTIONS + "does-adam-need-it-too",
    "mini-batch": "book/three_flavours.html#minibatch-gradient-descent",
    "mini batch": "book/three_flavours.html#minibatch-gradient-descent",
    "minibatch": "book/three_flavours.html#minibatch-gradient-descent",
    "batch normalisation": QUESTIONS + "how-does-batch-normalisation",
    "Batch Normalization": QUESTIONS + "how-does-batch-normalisation",
    "32": QUESTIONS + "is-32-a-good-batch-size",
    "16/16": QUESTIONS + "what-is-16-16",
    "256": QUESTIONS + "must-the-batch-size-be-a-power-of-two",
    "n_seeds": QUESTIONS + "why-is-my-accuracy-different-each-time",
    "reproducible": QUESTIONS + "how-do-i-make-a-run-reproducible",
    "early stopping": QUESTIONS + "can-i-use-early-stopping",
    "imbalanced data": QUESTIONS + "what-about-class-imbalance",
    "overfitting": QUESTIONS + "do-small-batches-generalise-better",
    "SGD": "book/three_flavours.html#stochastic-gradient-descent",
    "install": "book/index.html#how-to-run-it",
    # Words of the text alone, in another spelling than the book's.
    "standardized features": "notebooks/17_full_batch_and_rprop.html",
    "MNIST": "notebooks/16_lenet.html",
    "warmup": "notebooks/08_best_learning_rate.html",
}
WORDS = (
    "normalization normalisation optimizers colour colors behaviour analyze size four minibatches"
)


@pytest.fixture(scope="module")
def search(browser, address):
    """The page of the search."""
    page = browser.new_page()
    yield lambda words: page.goto(f"{address}search.html?q={quote(words)}") and page
    page.close()


@pytest.mark.parametrize("words", ANSWERS)
def test_first_or_second_result_answers(search, words):
    page = search(words)
    page.locator("#search-results li a").first.wait_for()
    links = page.locator("#search-results li a").all()[:2]
    found = [link.get_attribute("href").split("?")[0] for link in links]
    assert any(link.startswith(ANSWERS[words]) for link in found), found


def test_result_names_the_section_and_quotes_the_answer(search):
    page = search("out of memory")
    first = page.locator("#search-results li a").first
    assert first.inner_text() == "Questions and answers > What do I do when memory runs out?"
    quoted = page.locator("#search-results li:first-child .context")
    quoted.wait_for()
    assert "Halve the batch size" in quoted.inner_text()


@pytest.mark.parametrize("word", WORDS.split())
def test_page_and_index_take_a_word_for_the_same(search, word):
    page = search("momentum")
    assert page.evaluate("word => new Stemmer().stemWord(word)", word) == Search({}).stem(word)


@pytest.mark.parametrize(
    ("one", "other"),
    [("normalization", "normalisation"), ("flavor", "flavour"), ("analyze", "analyse")],
)
def test_either_spelling_is_the_same_word(one, other):
    assert Search({}).stem(one) == Search({}).stem(other)


def test_compound_is_one_word_in_page_and_index(search):
    text = "A mini-batch, a Mini batch and a warm-up."
    words = ["A", "minibatch", "a", "Minibatch", "and", "a", "warmup"]
    assert Search({}).split(text) == words
    assert search("momentum").evaluate("text => splitQuery(text)", text) == words


def test_index_entry_leads_to_its_section_also_when_another_page_was_written_last(book):
    book.page("one", "# One\n\n## Two\n\n```{index} ! out of memory, ! 32\n```\n\nText.")
    for text in ["# Other", "# Other one"]:
        book.page("other", text)
        assert book.build()[0] == ""
        index = (book.site / "searchindex.js").read_text().removeprefix("Search.setIndex(")
        found = json.loads(index.removesuffix(")"))
        page = found["docnames"].index("one")
        place = [[page, "two", True]]
        assert found["indexentries"] == {"out of memory": place, "32": place}

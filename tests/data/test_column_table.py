"""A notebook shows what was made of each column in full, and names as the text that they are."""

from helpers.data.user_splits import user_splits

NAMES = [f"c{i}" for i in range(77)] + ["$x$", "<b>", "a `b`"]


def html(file):
    kinds = ["red", "$y$", "<i>"]
    rows = "".join(
        ",".join([f"{i / 4 + j}" for j in range(len(NAMES))] + [kinds[i % 3], "ab"[i % 2]]) + "\n"
        for i in range(24)
    )
    path = file(",".join([*NAMES, "colour", "kind"]) + "\n" + rows)
    return user_splits(table=path, target="kind").as_read()._repr_html_()


def test_every_column_has_a_row(file):
    assert html(file).count("<tr") >= len(NAMES) + 2


def test_names_are_neither_formulas_nor_elements(file):
    shown = html(file)
    assert "tex2jax_ignore" in shown
    for text in ("<th>$x$</th>", "<th>&lt;b&gt;</th>", "<td>category: $y$, &lt;i&gt;, red</td>"):
        assert text in shown
    assert "<b>" not in shown


def test_only_a_name_has_backticks(file):
    assert html(file).count("`") == "<th>a `b`</th>".count("`")

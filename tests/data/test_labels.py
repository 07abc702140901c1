"""Names that are code somewhere else are shown as names."""

import ast

import pytest

from helpers.data.names import code


@pytest.mark.parametrize("name", ["`", "``a`", "a", "<b>", "$x$", " ", "", "a\nb", "\u202ex"])
def test_names_in_markdown_are_one_run_of_code(name):
    from markdown_it import MarkdownIt

    inline = MarkdownIt().parseInline(f"so {code(name)} it is")[0].children
    assert [token.type for token in inline] == ["text", "code_inline", "text"]
    if name.isprintable():
        assert inline[1].content.strip() == name.strip()
    else:
        assert ast.literal_eval(f"'{inline[1].content}'") == name

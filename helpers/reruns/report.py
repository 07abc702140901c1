"""The page and the table that compare the reruns in one folder."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from helpers import provenance
from helpers.reruns.execute import PAGE, RUNS, SHOWN, THUMBNAIL
from helpers.reruns.page import shell, templates

INDEX = """\
<h1>Reruns</h1>
<p>{{ done | length }} finished{% if failed %}, {{ failed | length }} failed{% endif %}.
Speed is the number of epochs or updates to the target accuracy, volatility the standard deviation
of the accuracy over the last epochs, and the final accuracy its mean over them; all are medians
over the seeds.
The same as a table for programs: <a href="table.csv">table.csv</a>.</p>
<div class="box">
<table>
<thead>
<tr><th rowspan="2" scope="col">run</th>
{% if names %}<th colspan="{{ names | length }}" scope="colgroup">parameters</th>{% endif %}
<th colspan="7" scope="colgroup">runs: medians over the seeds</th>
<th rowspan="2" scope="col">verdicts</th><th rowspan="2" scope="col">seconds</th></tr>
<tr>{% for name in names %}<th scope="col">{{ name }}</th>{% endfor %}
<th scope="col">of</th>
<th scope="col">target</th><th scope="col">last</th>
<th scope="col">epochs</th><th scope="col">updates</th><th scope="col">volatility</th>
<th scope="col">final accuracy</th></tr>
</thead>
<tbody>
{% for run in done %}{% set lines = run.measures or [{}] %}{% for line in lines %}
<tr>
{% if loop.first %}
<td rowspan="{{ lines | length }}"><a href="runs/{{ run.name | urlencode }}/{{ page }}">
{% if run.thumbnail %}<img src="runs/{{ run.name | urlencode }}/{{ thumbnail }}"
 alt="First figure of {{ run.name }}" loading="lazy"><br>{% endif %}{{ run.notebook }}</a><br>
<a href="runs/{{ run.name | urlencode }}/{{ shown }}">notebook</a>,
<a href="runs/{{ run.name | urlencode }}/{{ runs }}">runs</a>
{% if run.code != code %}<br>made with other code or versions{% endif %}</td>
{% for name in names %}<td rowspan="{{ lines | length }}">
{{ run.parameters.get(name, "") }}</td>{% endfor %}
{% endif %}
<td>{{ line.name }}{% for name, value in (line.cell or {}).items() -%}
, {{ name }} {{ value }}{% endfor %}</td>
{% for name in settings + measures %}<td>{{ line | number(name) }}</td>{% endfor %}
{% if loop.first %}
<td rowspan="{{ lines | length }}">{% for claim, verdict in run.verdicts.items() %}
{{ claim }} {{ verdict }}<br>{% endfor %}</td>
<td rowspan="{{ lines | length }}">{{ run.seconds }}</td>
{% endif %}
</tr>
{% endfor %}{% endfor %}
</tbody>
</table>
</div>
{% if failed %}
<h2>Failed</h2>
<ul>
{% for run in failed %}<li>{{ run.name }}: {{ run.failure }}
(<a href="failed/{{ run.name | urlencode }}/{{ shown }}">notebook</a>)</li>{% endfor %}
</ul>
{% endif %}
"""
SETTINGS = ("target", "last")  # accuracy of speed, final epochs of volatility and accuracy
MEASURES = ("epochs", "updates", "volatility", "final_accuracy")


def number(line: dict[str, Any], name: str) -> str:
    """A measure as the page shows it."""
    if name not in line:
        return ""
    return "never" if line[name] is None else f"{line[name]:.4g}"


templates.filters["number"] = number


def index(done: Sequence[dict[str, Any]], failed: Sequence[dict[str, Any]]) -> str:
    """The page that compares runs, from their records."""
    body = templates.from_string(INDEX).render(
        done=done, failed=failed, names=given(done), settings=SETTINGS, measures=MEASURES,
        page=PAGE, runs=RUNS, shown=SHOWN, thumbnail=THUMBNAIL, code=provenance.code_key(),
    )  # fmt: skip
    return shell("Reruns", body)


def table(done: Sequence[dict[str, Any]]) -> str:
    """The same as CSV: a line for each combination that a run measured, parameters by prefix."""
    names, lines = given(done), []
    for run in done:
        for line in run["measures"] or [{}]:
            lines.append(
                {name: run[name] for name in ("name", "notebook")}
                | {f"parameter.{name}": run["parameters"].get(name) for name in names}
                | {"of": line.get("name"), "cell": json.dumps(line.get("cell", {}))}
                | {name: line.get(name) for name in ("n_seeds", *SETTINGS, *MEASURES)}
                | {"verdicts": json.dumps(run["verdicts"])}
                | {name: run[name] for name in ("seconds", "began", "code")}
            )
    return pd.DataFrame([
        {as_text(name): as_text(value) for name, value in line.items()} for line in lines
    ]).to_csv(index=False)  # fmt: skip


def given(done: Sequence[dict[str, Any]]) -> list[str]:
    """Names of the parameters that were given to any of the runs."""
    return list(dict.fromkeys(name for run in done for name in run["values"]))


def as_text(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula, as text; all else as it is.

    >>> as_text("=1+1"), as_text("mnist"), as_text(-0.5)
    ("'=1+1", 'mnist', -0.5)
    """
    formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if formula else value

"""The page and the table that compare the reruns in one folder."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from helpers.reruns.execute import PAGE, RUNS, SHOWN, THUMBNAIL
from helpers.reruns.page import shell, templates

INDEX = """\
<h1>Reruns</h1>
<p>{{ done | length }} finished{% if failed %}, {{ failed | length }} failed{% endif %}.
Speed is the number of epochs or updates to the target accuracy, volatility the standard deviation
of the accuracy over the last epochs; all are medians over the seeds.
The same as a table for programs: <a href="table.csv">table.csv</a>.</p>
<div class="box">
<table>
<thead><tr><th scope="col">run</th>
{% for name in varied %}<th scope="col">{{ name }}</th>{% endfor %}
<th scope="col">of</th><th scope="col">epochs</th><th scope="col">updates</th>
<th scope="col">volatility</th><th scope="col">final accuracy</th>
<th scope="col">verdicts</th><th scope="col">seconds</th></tr></thead>
<tbody>
{% for run in done %}{% for line in run.measures or [{}] %}
<tr>
{% if loop.first %}
<td rowspan="{{ loop.length }}"><a href="runs/{{ run.name | urlencode }}/{{ page }}">
{% if run.thumbnail %}<img src="runs/{{ run.name | urlencode }}/{{ thumbnail }}"
 alt="First figure of {{ run.name }}" loading="lazy"><br>{% endif %}{{ run.notebook }}</a><br>
<a href="runs/{{ run.name | urlencode }}/{{ shown }}">notebook</a>,
<a href="runs/{{ run.name | urlencode }}/{{ runs }}">runs</a></td>
{% for name in varied %}<td rowspan="{{ (run.measures or [{}]) | length }}">
{{ run["values"].get(name, "") }}</td>{% endfor %}
{% endif %}
<td>{{ line.name }}{% for name, value in (line.cell or {}).items() -%}
, {{ name }} {{ value }}{% endfor %}</td>
<td>{{ line.epochs | plain }}</td><td>{{ line.updates | plain }}</td>
<td>{{ line.volatility | plain }}</td><td>{{ line.final_accuracy | plain }}</td>
{% if loop.first %}
<td rowspan="{{ loop.length }}">{% for claim, verdict in run.verdicts.items() %}
{{ claim }} {{ verdict }}<br>{% endfor %}</td>
<td rowspan="{{ loop.length }}">{{ run.seconds }}</td>
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
{% if run.shown %}(<a href="failed/{{ run.name | urlencode }}/{{ shown }}">notebook</a>){% endif %}
</li>{% endfor %}
</ul>
{% endif %}
"""


def plain(value: Any) -> str:
    """A number as the page shows it."""
    if value is None or value == "":
        return "never"
    return f"{value:.4g}" if isinstance(value, (int, float)) else ""


templates.filters["plain"] = plain


def index(done: Sequence[dict[str, Any]], failed: Sequence[dict[str, Any]]) -> str:
    """The page that compares runs, from their records."""
    varied = list(dict.fromkeys(name for run in done for name in run["values"]))
    body = templates.from_string(INDEX).render(
        done=done, failed=failed, varied=varied, page=PAGE, runs=RUNS, shown=SHOWN,
        thumbnail=THUMBNAIL,
    )  # fmt: skip
    return shell("Reruns", body)


def table(done: Sequence[dict[str, Any]]) -> str:
    """The same as CSV, one line for each combination that a run measured."""
    varied = list(dict.fromkeys(name for run in done for name in run["values"]))
    columns = ["run", "notebook", *varied, "of", "cell", "n_seeds", "epochs", "updates"]
    columns += ["volatility", "final_accuracy", "verdicts", "seconds", "began"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for run in done:
        whole = {"run": run["name"]} | {
            name: run[name] for name in ("notebook", "seconds", "began")
        }
        whole |= run["values"] | {"verdicts": json.dumps(run["verdicts"])}
        for line in run["measures"] or [{}]:
            part = {name: value for name, value in line.items() if name not in ("name", "cell")}
            cell = json.dumps(line.get("cell", {}))
            writer.writerow(whole | part | {"of": line.get("name", ""), "cell": cell})
    return text.getvalue()

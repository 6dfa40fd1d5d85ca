"""Workers on any number of machines, run by Procrastinate on PostgreSQL.

Run from the folder above this one, with the accounts in a file such as `examples/agency.toml`, and a journal
that all workers reach. `examples/README.md` tells how to start PostgreSQL.

    export SOCIALKIT_WORKSPACE=agency.toml SOCIALKIT_JOURNAL=sqlite:///journal.db
    export DATABASE_URL=postgresql://socialkit@localhost/socialkit
    python -m procrastinate --app=examples.procrastinate_worker.app schema --apply
    python -m procrastinate --app=examples.procrastinate_worker.app worker --concurrency=8

Start the last line as often as there is work for. What is planned by any publisher of the same journal is
found by the next sweep.
"""

from __future__ import annotations

import os

from procrastinate import App, PsycopgConnector

import socialkit as sk
from socialkit.publishing.procrastinate import blueprint

workspace = sk.Workspace.load(os.environ["SOCIALKIT_WORKSPACE"])
journal = sk.Journal.open(os.environ["SOCIALKIT_JOURNAL"])
publisher = sk.AsyncPublisher(workspace, journal, actor="worker")

app = App(connector=PsycopgConnector(conninfo=os.environ["DATABASE_URL"]))
app.add_tasks_from(blueprint(publisher), namespace="socialkit")

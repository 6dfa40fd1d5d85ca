"""What the clients of Meta's Graph APIs have in common; no platform of its own."""

from socialkit.platforms._graph._calls import GraphCalls, form_of
from socialkit.platforms._graph._codes import code_form, code_query, credentials_of
from socialkit.platforms._graph._containers import (
    Container,
    ContainerFlow,
    Containers,
    ContainerState,
    last_container,
)
from socialkit.platforms._graph._errors import CODES, GraphErrorTable, graph_errors, read_graph_error
from socialkit.platforms._graph._holding import given_once, token_holder
from socialkit.platforms._graph._inbox import CommentInbox, GraphInbox
from socialkit.platforms._graph._insights import DAY, GraphInsights, Subject, day_of, parts_of
from socialkit.platforms._graph._inspection import granted_to, inspected
from socialkit.platforms._graph._merged import age_of, merged, place_of
from socialkit.platforms._graph._metrics import (
    MetricFact,
    Metrics,
    WireMetric,
    WireMetricValue,
    alive,
    of_period,
    read_metrics,
)
from socialkit.platforms._graph._numbers import Amount, Count, number_of
from socialkit.platforms._graph._paging import (
    WireList,
    WirePaging,
    cursor_of,
    edge_read,
    page_of,
    page_params,
    things_of,
)
from socialkit.platforms._graph._pushes import (
    HANDSHAKE,
    SIGNED,
    PushedEntry,
    PushedWords,
    pushed_entries,
    pushed_words,
    taken_back,
    when,
    without_null,
)
from socialkit.platforms._graph._searching import (
    ANCHOR,
    Anchor,
    after_anchor,
    found_state,
    newer_than,
    remembered,
)
from socialkit.platforms._graph._signing import (
    GraphAuthenticator,
    appsecret_proof,
    graph_signature,
    learned,
    token_in_use,
)
from socialkit.platforms._graph._terms import RETENTION
from socialkit.platforms._graph._tokens import App, Inspected, TokenGrant, refresh_by, token_of
from socialkit.platforms._graph._usage import USAGE, UsageHeaders
from socialkit.platforms._graph._versions import (
    GRAPH_VERSIONS,
    ApiVersion,
    VersionWatch,
    chosen_version,
    end_of_life,
)
from socialkit.platforms._graph._words import Words

__all__ = [
    "ANCHOR",
    "CODES",
    "DAY",
    "GRAPH_VERSIONS",
    "HANDSHAKE",
    "RETENTION",
    "SIGNED",
    "USAGE",
    "Amount",
    "Anchor",
    "ApiVersion",
    "App",
    "CommentInbox",
    "Container",
    "ContainerFlow",
    "ContainerState",
    "Containers",
    "Count",
    "GraphAuthenticator",
    "GraphCalls",
    "GraphErrorTable",
    "GraphInbox",
    "GraphInsights",
    "Inspected",
    "MetricFact",
    "Metrics",
    "PushedEntry",
    "PushedWords",
    "Subject",
    "TokenGrant",
    "UsageHeaders",
    "VersionWatch",
    "WireList",
    "WireMetric",
    "WireMetricValue",
    "WirePaging",
    "Words",
    "after_anchor",
    "age_of",
    "alive",
    "appsecret_proof",
    "chosen_version",
    "code_form",
    "code_query",
    "credentials_of",
    "cursor_of",
    "day_of",
    "edge_read",
    "end_of_life",
    "form_of",
    "found_state",
    "given_once",
    "granted_to",
    "graph_errors",
    "graph_signature",
    "inspected",
    "last_container",
    "learned",
    "merged",
    "newer_than",
    "number_of",
    "of_period",
    "page_of",
    "page_params",
    "parts_of",
    "place_of",
    "pushed_entries",
    "pushed_words",
    "read_graph_error",
    "read_metrics",
    "refresh_by",
    "remembered",
    "taken_back",
    "things_of",
    "token_holder",
    "token_in_use",
    "token_of",
    "when",
    "without_null",
]

"""What was reached: lines from values up to objectives and down again, and a report of one page."""

from socialkit.reports._orphans import Orphan, OrphanReason
from socialkit.reports._readers import Reader
from socialkit.reports._report import Report
from socialkit.reports._trace import Trace, TracePath

__all__ = ["Orphan", "OrphanReason", "Reader", "Report", "Trace", "TracePath"]

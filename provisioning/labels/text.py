"""What is printed for one device. Pure."""

from dataclasses import dataclass
from datetime import datetime

from device.enrol.label import Label
from provisioning.labels.wires import Line, Wire


@dataclass(frozen=True, slots=True)
class LabelText:
    """The label, and what people read beside its QR code.

    Without a token in `label` there is no visit slip. `valid_until`: of the token, aware.
    """

    label: Label
    site_name: str
    address: str
    district: str
    wires: tuple[Wire, ...]
    lines: tuple[Line, ...] = ()
    valid_until: datetime | None = None

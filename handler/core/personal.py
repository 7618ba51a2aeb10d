"""What names a person within a text: hidden in logs and in what leaves the plugin."""

from __future__ import annotations

import re
from typing import Final

# Bounded, so that a long text without any takes no longer than it is.
EMAIL: Final = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
# Amazon's order number; its last four digits may stay, as Amazon itself shows them.
ORDER: Final = re.compile(r"(?<![A-Z\d])[A-Z\d]\d\d-\d{7}-\d{3}(\d{4})(?![A-Z\d])", re.IGNORECASE)

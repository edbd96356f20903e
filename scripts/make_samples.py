"""Write samples/ anew from the demonstration figures of the Yangjiang plan.

``python scripts/make_samples.py [FOLDER]``; the bytes are the same on every machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from luhai.samples import write_samples

REPOSITORY = Path(__file__).resolve().parents[1]

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "samples"
    for path in write_samples(REPOSITORY / "plans" / "yangjiang", folder):
        print(f"{path}  {path.stat().st_size:,} bytes")

from __future__ import annotations

from pymongo_cpp.bench.cli import main

raise SystemExit(main())

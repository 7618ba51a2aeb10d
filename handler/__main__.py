"""``python -m handler``."""

from handler.entrypoints.cli.main import main

raise SystemExit(main())

"""``python -m ui`` starts the window; a bundle starts the preview process by the same road, before anything of Qt."""

from __future__ import annotations

import sys

if sys.argv[1:2] == ["--preview-worker"]:
    from ui.preview.worker import main as show

    sys.exit(show(sys.argv[2:]))

from ui.app import main

sys.exit(main())

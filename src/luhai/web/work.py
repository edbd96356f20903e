"""The process that reads or stores the files of one import job: ``python -m luhai.web.work``.

Started by ``luhai.web.importing.begin`` with the job's id, what to do and in which language;
everything it finds goes into the job's row.
"""

from __future__ import annotations

import os
import sys

import django


def main(arguments: list[str]) -> int:
    """Do the work of one job."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luhai.web.settings")
    django.setup()
    # Models can be imported only now.
    from luhai.web.importing import work
    from luhai.web.models import ImportJob

    job_id, action, language = arguments
    job = ImportJob.objects.get(pk=job_id)
    job.process = os.getpid()
    work(job, action, language)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

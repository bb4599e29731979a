"""`python -m millstream COMMAND`."""

import sys

from millstream.site.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

"""``python -m dmp_imagerie``: the command line without the script."""

from dmp_imagerie.cli.main import main

if __name__ == "__main__":
    main()

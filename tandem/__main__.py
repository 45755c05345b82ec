"""`python -m tandem` is the command `tandem`."""

from tandem.experiments.commands.main import main

if __name__ == "__main__":
    main()

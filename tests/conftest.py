"""What every test shares: hypothesis without deadlines, since a first example may wait for the compiler."""

from hypothesis import settings

settings.register_profile("tandem", deadline=None)
settings.load_profile("tandem")

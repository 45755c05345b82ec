"""The main job: everything compared, ranked and reported in one go (`run.run`)."""

"""The flight simulator for trainers: cases of failure played before a room, offline, in English and French.

One page module (`page/`) is shown by three hosts: the server of `tandem dashboard`, a notebook widget, and an exported
file. A host answers the questions of `tandem.sim.dashboard.answers`; nothing else passes between page and model.
"""

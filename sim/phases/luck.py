"""Draws by address: key of the seed, then (block, stream, firm, luck). The arm never enters."""

from tandem.sim.compile import part
from tandem.sim.streams import normal4, uniform4


@part
def uniforms(s, stream, block):
    """Four uniform numbers of this firm and luck."""
    return uniform4(s.key0, s.key1, block, stream, s.number, s.replicate)


@part
def normals(s, stream, block):
    """Four standard normal numbers of this firm and luck."""
    return normal4(s.key0, s.key1, block, stream, s.number, s.replicate)

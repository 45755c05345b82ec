"""The notebook's widget: sliders for a firm, two charts that follow at once, and the code for what is on screen."""

from tandem.sim.widget.explorer import Explorer, explore

__all__ = ["Explorer", "explore"]

"""The order of events in a week, on one page.

Perceiving and choosing comes before settling: every `choose_*` phase reads the old state and writes one agent's
intent, the phase after it reads all intents. Nobody reacts within the same moment. The Mesa driver walks the same
order through its agents (sim/model.py); a test holds the two equal, bit for bit.
"""

from tandem.sim.compile import sequence
from tandem.sim.phases.arrivals import arise, choose_claims, choose_proposals, settle_claims
from tandem.sim.phases.closing import close_week
from tandem.sim.phases.conclusion import conclude
from tandem.sim.phases.deliberation import deliberate
from tandem.sim.phases.execution import choose_backlog, execute
from tandem.sim.phases.hours import choose_hours, meet
from tandem.sim.phases.judging import choose_judgments
from tandem.sim.phases.market import respond
from tandem.sim.phases.negotiation import choose_concessions, negotiate
from tandem.sim.phases.opening import drift_environment, open_week
from tandem.sim.phases.review import review
from tandem.sim.state import CEO, COO, LEAD


@sequence
def advance_week(world):
    """One week of a firm, in place; `world` is an array of one record (tandem.sim.state.WORLD)."""
    open_week(world)  # calendar, shocks, departures and arrivals
    drift_environment(world)  # what is right moves, skills and techniques age
    choose_hours(world, CEO)  # each leader plans the week
    choose_hours(world, COO)
    choose_hours(world, LEAD)
    meet(world)  # meetings, common ground, training
    for team in range(world[0].parameters.team_count):
        choose_proposals(world, team)  # what teams put forward
    arise(world)  # decisions enter the pool
    choose_claims(world, CEO)  # who takes up what
    choose_claims(world, COO)
    settle_claims(world)  # as chartered, double, usurped, unilateral, orphaned
    choose_judgments(world, CEO)  # what each sees
    choose_judgments(world, COO)
    choose_judgments(world, LEAD)
    deliberate(world)  # hours served, judgments combined, quarrels open
    choose_concessions(world, CEO)  # what each gives up
    choose_concessions(world, COO)
    negotiate(world)  # rounds, timer, ladder, lapses
    conclude(world)  # verdicts, challenges, projects
    for team in range(world[0].parameters.team_count):
        choose_backlog(world, team)  # what each team does first
    execute(world)  # work, defects, questions, launches
    respond(world)  # brand, demand, customers, money
    review(world)  # measure and adapt, if due
    close_week(world)  # quarrels, priorities, beliefs, trust, sums

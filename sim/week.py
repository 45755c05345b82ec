"""The order of events in a week, on one page.

Perceiving and choosing comes before settling: every `choose_*` phase reads the old state and writes one agent's
intent, the phase after it reads all intents. Nobody reacts within the same moment. The Mesa driver walks the same
order through its agents (sim/model.py); a test holds the two equal, bit for bit.
"""

from sim.compile import phase
from sim.phases.arrivals import arise, choose_claims, choose_proposals, settle_claims
from sim.phases.closing import close_week
from sim.phases.conclusion import conclude
from sim.phases.deliberation import choose_concessions, deliberate, negotiate
from sim.phases.execution import choose_backlog, execute
from sim.phases.hours import choose_hours, meet
from sim.phases.judging import choose_judgments
from sim.phases.market import respond
from sim.phases.opening import drift_environment, open_week
from sim.phases.review import review
from sim.state import CEO, COO, LEAD


@phase
def advance_week(p, s, l, t, d, w, j):
    """One week of a firm: parameters, firm, leaders, teams, decisions, work (projects), journal; in place."""
    open_week(p, s, l, t, d, w, j)                  # calendar, shocks, departures and arrivals
    drift_environment(p, s, l, t, d, w, j)          # what is right moves, skills and techniques age
    choose_hours(p, s, l, t, d, w, j, CEO)          # each leader plans his week
    choose_hours(p, s, l, t, d, w, j, COO)
    choose_hours(p, s, l, t, d, w, j, LEAD)
    meet(p, s, l, t, d, w, j)                       # meetings, common ground, training
    for team in range(p[0].team_count):
        choose_proposals(p, s, l, t, d, w, j, team)  # what teams put forward
    arise(p, s, l, t, d, w, j)                      # decisions enter the pool
    choose_claims(p, s, l, t, d, w, j, CEO)         # who takes up what
    choose_claims(p, s, l, t, d, w, j, COO)
    settle_claims(p, s, l, t, d, w, j)              # as chartered, double, usurped, unilateral, orphaned
    choose_judgments(p, s, l, t, d, w, j, CEO)      # what each sees
    choose_judgments(p, s, l, t, d, w, j, COO)
    choose_judgments(p, s, l, t, d, w, j, LEAD)
    deliberate(p, s, l, t, d, w, j)                 # hours served, judgments combined, quarrels open
    choose_concessions(p, s, l, t, d, w, j, CEO)    # what each gives up
    choose_concessions(p, s, l, t, d, w, j, COO)
    negotiate(p, s, l, t, d, w, j)                  # rounds, timer, ladder, lapses
    conclude(p, s, l, t, d, w, j)                   # verdicts, challenges, projects
    for team in range(p[0].team_count):
        choose_backlog(p, s, l, t, d, w, j, team)   # what each team does first
    execute(p, s, l, t, d, w, j)                    # work, defects, questions, launches
    respond(p, s, l, t, d, w, j)                    # brand, demand, customers, money
    review(p, s, l, t, d, w, j)                     # measure and adapt, if due
    close_week(p, s, l, t, d, w, j)                 # quarrels, priorities, beliefs, trust, sums

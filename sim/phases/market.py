"""The market answers: brand, demand, customers, satisfaction, money."""

import math

from tandem.sim.compile import part, phase
from tandem.sim.parameters import EVERYBODY
from tandem.sim.phases.journal import contribute, note
from tandem.sim.phases.luck import uniforms
from tandem.sim.rules.arithmetic import least, most, unit
from tandem.sim.rules.market import (
    brand_effect,
    campaign_weight,
    churn_rate,
    coherence_effect,
    demand_on_path,
    fit,
    goodwill_after,
    growth_of_business,
    held_by_rivals,
    neglect,
    presence_effect,
    reputation_after,
    saturated,
    service_quality,
    spent_weight,
    unused_pay,
    word_of_mouth,
)
from tandem.sim.state import (
    ACTIVATION_ARM,
    AGENCY,
    AWARENESS,
    AWARENESS_CAUSE,
    BACKLOG,
    BASE_DEMAND,
    BRAND,
    BRAND_ARM,
    BRAND_BUDGET,
    BUDGET,
    CAMPAIGN_PRESSURE,
    COMPETITOR,
    COMPLIANCE_NEGLECTED,
    CONTRADICTION,
    CUSTOMER_BASE,
    DEFECTS,
    DISSATISFACTION,
    FINISHED,
    FORGETTING,
    FUNNEL,
    GOAL_FIT,
    GROWTH,
    KEY_CLIENT,
    KEY_CLIENT_ERRORS,
    LUCK,
    MARKET_TREND,
    MARKETING,
    OFF_BRAND,
    ON_BRAND,
    ORPHANED_KEY_CLIENTS,
    POSITIONING,
    PRESENCE,
    PROCESS,
    PROCESS_ERRORS,
    RECOVERY_OF_SERVICE,
    REPUTATION,
    RETENTION_ARM,
    RETENTION_BUDGET,
    REVENUE,
    RIGHT_SETTINGS,
    RUNNING,
    SATISFACTION,
    TECHNIQUE,
    USUAL_CHURN,
)
from tandem.sim.streams import COMPLIANCE, CUSTOMERS, poisson_from_uniform


@phase
def respond(world):
    """The market's week: campaigns press, the brand moves, customers come and go, money is counted."""
    w = world[0]
    run_campaigns(w)
    move_brand(w)
    neglect_compliance(w)
    serve_customers(w)
    win_customers(w)
    count_money(w)


@part
def run_campaigns(w):
    """Pressure and brand input of running campaigns; those at the end of their run stop."""
    projects = w.projects
    p, s = w.parameters, w.firm
    reference = p.campaigns_media_reference * p.execution_load
    exponent = p.assumptions_media_budget_exponent if p.switches_media_budget == 1 else 0.0
    weight = campaign_weight(s.running, reference, exponent)
    s.media_money = 1.0
    if p.assumptions_media_budget_spent == 1:
        s.media_money = spent_weight(s.running, reference, exponent, p.campaigns_media_weight_most)
        weight *= s.media_money
    pressure, on_brand, off_brand = 0.0, 0.0, 0.0
    total = 0.0
    for g in range(5):
        if g != BRAND:
            total += s.right_goals[g]
    offence = (
        p.campaigns_off_brand * (p.shocks_crisis_offence if s.crisis_weeks > 0.0 else 1.0) if p.switches_off_brand == 1 else 0.0
    )
    for k in range(s.project_count):
        project = projects[k]
        if project.status != RUNNING:
            continue
        worth = 0.0
        for g in range(5):
            if g != BRAND:
                worth += s.right_goals[g] * project.attributes[g]
        worth = worth / total if total > 0.0 else 0.0  # the brand alone may be what pays
        pressure += most(0.0, p.campaigns_pressure + p.campaigns_pressure_worth * worth) * project.quality * weight
        effect = brand_effect(project.attributes[BRAND], offence, p.campaigns_brand, p.campaigns_brand_slope)
        if effect > 0.0:
            on_brand += effect * weight * project.quality
        else:
            off_brand -= effect
        project.age += 1.0
        if project.age >= p.campaigns_weeks:
            project.status = FINISHED
    s.pressure = pressure * s.arms[ACTIVATION_ARM] if p.switches_campaigns == 1 else 0.0
    s.on_brand, s.off_brand = on_brand, off_brand


@part
def move_brand(w):
    """Brand awareness: built by launches on brand, helped by the brand budget, damaged off brand, forgotten."""
    p, s = w.parameters, w.firm
    if p.switches_goodwill == 0:
        return
    scale = p.market_goodwill_gain / math.sqrt(p.execution_load)
    arm = s.arms[BRAND_ARM]
    campaigns = scale * s.on_brand * arm if p.switches_campaigns == 1 else 0.0
    budget = p.market_goodwill_budget * p.market_goodwill_decay * arm
    damage = least(p.market_goodwill_damage_most, scale * s.off_brand) if p.switches_campaigns == 1 else 0.0
    room = 1.0 - s.goodwill
    before = s.goodwill
    moved = goodwill_after(before, campaigns + budget, p.market_goodwill_decay)
    moved -= damage * before
    moved = unit(moved)
    if w.journal.active:
        contribute(w, AWARENESS, ON_BRAND, campaigns * room)
        contribute(w, AWARENESS, BRAND_BUDGET, budget * room)
        contribute(w, AWARENESS, OFF_BRAND, -damage * before)
        contribute(w, AWARENESS, FORGETTING, moved - before - campaigns * room - budget * room + damage * before)
    s.goodwill = moved


@part
def neglect_compliance(w):
    """Approvals arise and are worked off; arrears cost reputation, the longer the more, and it recovers slowly."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    if p.switches_compliance == 0:
        return
    u0, u1, u2, u3 = uniforms(s, COMPLIANCE, s.week)
    rate = p.compliance_approvals_per_week * p.execution_load
    s.approvals_due += poisson_from_uniform(u0, rate)
    if p.compliance_hours > 0.0:
        s.approvals_due -= (leaders[0].hours_approvals + leaders[1].hours_approvals) / p.compliance_hours
    s.approvals_due = most(0.0, s.approvals_due)
    arrears = s.approvals_due / most(rate, 1e-9) if rate > 0.0 else 0.0
    neglected = neglect(arrears, p.compliance_patience)
    s.reputation = reputation_after(s.reputation, neglected, p.compliance_damage, p.compliance_recovery)
    if neglected == 1.0:
        note(w, COMPLIANCE_NEGLECTED, s.week, -1, -1, arrears, s.reputation)


@part
def weeks_to_wait(w):
    """Backlog that customers feel, in weeks of work: of all teams or, with that mechanism on, of the sales and service teams,
    if there are any."""
    teams = w.teams
    p, s = w.parameters, w.firm
    backlog, waiting, capacity, serving = 0.0, 0.0, 0.0, 0.0
    for t in range(p.team_count):
        backlog += teams[t].backlog
        if teams[t].kind != MARKETING:
            serving += 1.0
            waiting += teams[t].backlog
            capacity += teams[t].capacity
    if p.switches_service_backlog == 1 and serving > 0.0:
        return waiting / most(capacity, 1e-9)
    return backlog / most(s.capacity, 1e-9)


@part
def serve_customers(w):
    """Satisfaction is pulled down by errors of service, backlog, defects and contradiction, and recovers by itself."""
    teams = w.teams
    p, s = w.parameters, w.firm
    defects, heads = 0.0, 0.0
    for t in range(p.team_count):
        heads += teams[t].headcount
        defects += teams[t].undiscovered + teams[t].rework
    weeks = weeks_to_wait(w)
    s.defect_quality = 1.0 - least(p.market_defects_harm_most, p.market_defects_harm * defects / heads)
    if p.switches_service == 0:
        return
    client = service_quality(s.standing_error[KEY_CLIENT], p.market_service_misfit)
    process = service_quality(s.standing_error[PROCESS], p.market_service_misfit)
    late = 1.0 - p.market_late_harm * saturated(most(0.0, weeks - p.market_late_after), p.market_late_half)
    faulty = s.defect_quality
    clashing = p.market_contradiction_harm * s.contradiction / most(1.0, p.execution_load)
    clash = 1.0 - least(p.market_contradiction_harm_most, clashing)
    step = p.market_satisfaction_speed
    if w.journal.active:
        contribute(w, SATISFACTION, RECOVERY_OF_SERVICE, step * (1.0 - s.satisfaction))
        contribute(w, SATISFACTION, KEY_CLIENT_ERRORS, step * (client - 1.0))
        contribute(w, SATISFACTION, PROCESS_ERRORS, step * client * (process - 1.0))
        contribute(w, SATISFACTION, BACKLOG, step * client * process * (late - 1.0))
        contribute(w, SATISFACTION, DEFECTS, step * client * process * late * (faulty - 1.0))
        contribute(w, SATISFACTION, CONTRADICTION, step * client * process * late * faulty * (clash - 1.0))
    s.satisfaction += step * (client * process * late * faulty * clash - s.satisfaction)


@part
def keeping_up(w):
    """Factor of demand by which a firm keeps up with its line of business now, against the start."""
    p = w.parameters
    churn = p.market_churn * (1.0 + p.market_churn_satisfaction * (1.0 - p.market_satisfaction))
    start = math.log(1.0 + p.market_target_growth)
    now = growth_of_business(start, p.market_mature_growth, p.market_maturing_years, w.firm.week / 52.0)
    return demand_on_path(churn, start / 52.0, now / 52.0)


@part
def waterfall(w, scale, level, factor, cause):
    """Multiply `level` by `factor`, booking the difference (in revenue, times `scale`) to a cause; returns the product."""
    contribute(w, REVENUE, cause, scale * level * (factor - 1.0))
    return level * factor


@part
def win_customers(w):
    """New and lost customers of a week: demand is a product of what draws people and what makes them buy."""
    p, s = w.parameters, w.firm
    path = math.exp(s.path)
    mouth = (
        word_of_mouth(
            p.market_word_of_mouth, s.customers / (s.start_customers * path), s.satisfaction, p.market_usual_satisfaction
        )
        if p.switches_word_of_mouth == 1
        else word_of_mouth(p.market_word_of_mouth, 1.0, p.market_satisfaction, p.market_usual_satisfaction)
    )
    brand_pays = s.right_goals[BRAND] / 0.2 if p.switches_goodwill == 1 else p.market_right_goals[BRAND] / 0.2
    if p.switches_coherence == 1:
        brand_pays *= coherence_effect(s.coherence, p.market_coherence, p.market_coherence_gain)
    brand = p.market_base_brand + s.goodwill * brand_pays
    press = p.market_base_pressure + saturated(s.pressure, p.market_saturation)
    settings = fit(s.standing_error[BUDGET], s.standing_error[AGENCY], s.standing_error[POSITIONING], p.market_misfit)
    funnel = p.market_conversion_raw + p.market_conversion_refined * s.refinement
    goal_fit = 1.0 - p.market_goal_fit + p.market_goal_fit * s.right_goals[GROWTH] / 0.2
    size, rivals, seen = s.market_size, s.competitor, 1.0
    if p.switches_growth_path == 1:
        size *= path * keeping_up(w)
        rivals *= held_by_rivals(s.rivalry, p.market_entry)
    if p.switches_outside_role == 1:
        seen = presence_effect(s.presence, p.market_presence_usual, p.market_presence_gain)
    leads = p.demand * mouth * brand * press * s.reputation * rivals * size
    if p.switches_outside_role == 1:
        leads *= seen
    if p.switches_product_lines == 1:
        spread = p.market_line_luck * s.line_share
        leads *= math.exp(s.line_luck - 0.5 * spread * spread)
    s.leads = least(EVERYBODY, leads)
    # What was new is taken for granted in time: technique counts against what ageing alone would have left of it.
    technique = s.technique / s.yardstick if p.switches_growth_path == 1 else s.technique
    s.conversion = least(p.market_conversion_most, p.market_conversion * settings * technique * funnel * goal_fit)
    expected = s.leads * s.conversion
    won = expected
    if p.switches_customer_luck == 1:
        u0, u1, u2, u3 = uniforms(s, CUSTOMERS, s.week)
        won = poisson_from_uniform(u0, expected) * 1.0
    won = least(won, most(0.0, EVERYBODY - s.customers))
    if w.journal.active:
        book_demand(w, mouth, brand, press, settings, technique, funnel, goal_fit, rivals, size, seen, won)
    lose_customers(w, won)
    s.sum_baseline_leads += expected * p.market_base_pressure / press


@part
def book_demand(w, mouth, brand, press, settings, technique, funnel, goal_fit, rivals, size, seen, won):
    """Book each factor of demand as its part of the change of revenue (kEUR a week)."""
    p, s = w.parameters, w.firm
    price = p.market_revenue_per_customer
    base = p.market_base_pressure
    start_brand = p.market_base_brand + p.market_goodwill * p.market_right_goals[BRAND] / 0.2
    start_funnel = p.market_conversion_raw + p.market_conversion_refined * p.market_refinement
    start_mouth = word_of_mouth(p.market_word_of_mouth, 1.0, p.market_satisfaction, p.market_usual_satisfaction)
    level = p.demand * p.market_conversion * start_mouth * start_brand * base * start_funnel
    contribute(w, REVENUE, BASE_DEMAND, price * level)
    level = waterfall(w, price, level, mouth / start_mouth, CUSTOMER_BASE)
    level = waterfall(w, price, level, brand / start_brand, AWARENESS_CAUSE)
    level = waterfall(w, price, level, press / base, CAMPAIGN_PRESSURE)
    level = waterfall(w, price, level, s.reputation, REPUTATION)
    level = waterfall(w, price, level, rivals, COMPETITOR)
    level = waterfall(w, price, level, size, MARKET_TREND)
    level = waterfall(w, price, level, seen, PRESENCE)
    level = waterfall(w, price, level, settings, RIGHT_SETTINGS)
    level = waterfall(w, price, level, technique, TECHNIQUE)
    level = waterfall(w, price, level, funnel / start_funnel, FUNNEL)
    level = waterfall(w, price, level, goal_fit, GOAL_FIT)
    contribute(w, REVENUE, LUCK, price * (won - level))


@part
def lose_customers(w, won):
    """Customers lost in a week: as usual, by dissatisfaction, held by the retention budget, lost by orphaned key clients."""
    p, s = w.parameters, w.firm
    price = p.market_revenue_per_customer
    arm = s.arms[RETENTION_ARM]
    satisfaction = s.satisfaction
    held = most(arm, p.market_retention_least)
    rate = least(p.market_churn_most, churn_rate(p.market_churn, p.market_churn_satisfaction, satisfaction, held))
    plain = p.market_churn
    unhappy = plain * (1.0 + p.market_churn_satisfaction * (1.0 - satisfaction))
    orphaned = 0.0
    if p.switches_ambiguity_harm == 1:
        # A key client whose matter nobody takes up is a weekly risk of a small share of all customers.
        risk = p.assumptions_ambiguity_price * p.market_orphan_churn * s.orphaned_clients / most(1.0, p.execution_load)
        orphaned = least(least(p.market_orphan_churn_most, risk), 1.0 - rate)
    s.orphaned_clients = 0.0
    lost = s.customers * (rate + orphaned)
    if w.journal.active:
        contribute(w, REVENUE, USUAL_CHURN, -price * s.customers * plain)
        contribute(w, REVENUE, DISSATISFACTION, -price * s.customers * (unhappy - plain))
        contribute(w, REVENUE, RETENTION_BUDGET, -price * s.customers * (rate - unhappy))
        contribute(w, REVENUE, ORPHANED_KEY_CLIENTS, -price * s.customers * orphaned)
    s.new_customers, s.lost_customers = won, lost
    s.customers += won - lost
    s.revenue = s.customers * price


@part
def count_money(w):
    """Spending on marketing and profit of the week (kEUR)."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    heads = 0.0
    for t in range(p.team_count):
        heads += w.teams[t].headcount
    hours = 0.0
    for i in range(3):
        if leaders[i].present == 1:
            hours += leaders[i].hours_used
    work = p.market_work_cost * heads * p.execution_capacity_per_head
    s.spend = (
        p.market_programme_cost
        + work
        + p.campaigns_weekly_cost * s.running * s.media_money
        + p.market_executive_cost * hours
        + s.extra_spend
        + p.prices_money * p.adaptation_analytics_cost * p.adaptation_analytics
    )
    if p.switches_growth_path == 1:
        # Budgets grow with the line of business, as far as one's own revenue does; people are hired and let go one by one.
        s.spend += (least(math.exp(s.path), s.revenue / s.start_revenue) - 1.0) * (s.spend - work)
    s.profit = p.market_gross_margin * s.revenue - s.spend
    if p.assumptions_posts_paid == 1:
        for i in range(3):
            if leaders[i].present == 1:
                s.profit -= unused_pay(p.market_executive_cost, leaders[i].hours, leaders[i].hours_used)
    s.cash += s.profit

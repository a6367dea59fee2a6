package goldpath.unit

everything := {"name": "a-team", "costCentre": "cc-1", "contact": {"channel": "#a", "onCall": "a-primary"}}

unit(team, environment) := {"team": team, "target": {"labels": {"environment": environment}}}

test_a_team_that_says_everything_is_fine if count(deny) == 0 with input as unit(everything, "production")

test_staging_needs_no_on_call if {
	team := object.union(object.remove(everything, ["contact"]), {"contact": {"channel": "#a"}})
	count(deny) == 0 with input as unit(team, "staging")
}

test_production_needs_an_on_call if {
	team := object.union(object.remove(everything, ["contact"]), {"contact": {"channel": "#a"}})
	count(deny) == 1 with input as unit(team, "production")
}

test_a_team_that_says_nothing_is_refused if count(deny) == 3 with input as unit({"name": "a-team"}, "production")

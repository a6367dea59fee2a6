package goldpath.unit

asked(spec) := {"request": {"spec": spec}}

test_a_month_is_fine if count(deny) == 0 with input as asked({"lifetime": "30d"})

test_more_than_a_month_is_refused if count(deny) == 1 with input as asked({"ttl": "5w"})

test_a_week_with_confidential_data_is_fine if {
	count(deny) == 0 with input as asked({"lifetime": "168h", "dataClassification": "confidential"})
}

test_two_weeks_with_confidential_data_are_refused if {
	count(deny) == 1 with input as asked({"lifetime": "14d", "dataClassification": "confidential"})
}

test_what_stays_has_no_lifetime if count(deny) == 0 with input as asked({"dataClassification": "confidential"})

test_minutes_are_never_too_long if count(deny) == 0 with input as asked({"ttl": "90m"})

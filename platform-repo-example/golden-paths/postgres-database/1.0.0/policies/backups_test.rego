package main

said(instance) := answers if {
	answers := deny with input as {"resource": {"terraform_data": {"instance": {"input": instance}}}}
}

test_production_with_two_weeks_is_fine if {
	count(said({"deletion_protection": true, "backup_retention_period": 14, "storage_encrypted": true})) == 0
}

test_production_with_a_week_is_refused if {
	count(said({"deletion_protection": true, "backup_retention_period": 7, "storage_encrypted": true})) == 1
}

test_staging_with_a_day_is_fine if {
	count(said({"deletion_protection": false, "backup_retention_period": 1, "storage_encrypted": true})) == 0
}

test_plain_storage_is_refused if count(said({"deletion_protection": false, "backup_retention_period": 1})) == 1

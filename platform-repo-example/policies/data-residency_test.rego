package goldpath.unit

unit(classification, region) := {
	"request": {"spec": {"dataClassification": classification}},
	"target": {"labels": {"region": region}},
}

test_confidential_data_at_home_is_fine if {
	count(warn) == 0 with input as unit("confidential", "eu-central-1")
}

test_confidential_data_elsewhere_is_told if {
	count(warn) == 1 with input as unit("confidential", "eu-west-1")
}

test_other_data_may_be_anywhere if {
	count(warn) == 0 with input as unit("internal", "eu-west-1")
}

test_a_bucket_elsewhere_is_told if {
	buckets := [{"kind": kind, "spec": {"forProvider": {"region": "eu-west-1"}}} | some kind in ["Bucket", "BucketPolicy"]]
	by_way_of_a_control_plane := {"request": {"spec": {"dataClassification": "confidential"}}, "target": {"labels": {}}, "objects": buckets}
	count(warn) == 1 with input as by_way_of_a_control_plane
}

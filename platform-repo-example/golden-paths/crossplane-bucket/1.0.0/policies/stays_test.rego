package goldpath.unit

bucket(policy) := {"kind": "Bucket", "spec": {"deletionPolicy": policy}}

guard(spec) := {"kind": "BucketPublicAccessBlock", "spec": spec}

test_guards_that_stay_are_fine if {
	count(deny) == 0 with input as {"objects": [bucket("Orphan"), guard({"deletionPolicy": "Orphan"})]}
}

test_guards_that_would_go_are_refused if {
	count(deny) == 1 with input as {"objects": [bucket("Orphan"), guard({"deletionPolicy": "Delete"})]}
	count(deny) == 1 with input as {"objects": [bucket("Orphan"), guard({})]}
}

test_all_may_go_together if count(deny) == 0 with input as {"objects": [bucket("Delete"), guard({})]}

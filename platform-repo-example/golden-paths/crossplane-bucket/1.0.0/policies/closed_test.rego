package goldpath.unit

asked := {"kind": "Bucket", "metadata": {"name": "a"}}

block(policy) := {
	"kind": "BucketPublicAccessBlock",
	"spec": {"forProvider": {
		"bucketRef": {"name": "a"},
		"blockPublicAcls": true,
		"blockPublicPolicy": policy,
		"ignorePublicAcls": true,
		"restrictPublicBuckets": true,
	}},
}

test_a_closed_bucket_is_fine if count(deny) == 0 with input as {"objects": [asked, block(true)]}

test_a_half_closed_bucket_is_refused if count(deny) == 1 with input as {"objects": [asked, block(false)]}

test_a_bucket_alone_is_refused if count(deny) == 1 with input as {"objects": [asked]}

# METADATA
# title: No bucket is open to the public
# custom:
#   id: bucket-is-closed
#   owner: platform
package goldpath.unit

buckets contains name if {
	some object in input.objects
	object.kind == "Bucket"
	name := object.metadata.name
}

closed contains name if {
	some object in input.objects
	object.kind == "BucketPublicAccessBlock"
	every field in ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] {
		object.spec.forProvider[field] == true
	}
	name := object.spec.forProvider.bucketRef.name
}

deny contains msg if {
	some bucket in buckets
	not bucket in closed
	msg := sprintf("the bucket `%s` could be opened to the public: add a BucketPublicAccessBlock with all four set", [bucket])
}

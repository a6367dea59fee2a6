# METADATA
# title: What guards a bucket that stays, stays too
# custom:
#   id: bucket-keeps-its-guards
#   owner: platform
package goldpath.unit

stays if {
	some object in input.objects
	object.kind == "Bucket"
	object.spec.deletionPolicy == "Orphan"
}

deny contains msg if {
	stays
	some object in input.objects
	not object.spec.deletionPolicy == "Orphan"
	msg := sprintf("the bucket stays when its request goes, and its %s would not: set `deletionPolicy: Orphan`", [object.kind])
}

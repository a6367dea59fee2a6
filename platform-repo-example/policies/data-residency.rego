# METADATA
# title: Confidential data stays in eu-central-1
# description: Sees the request and all objects of a unit, not one object at a time.
# custom:
#   id: data-residency
#   owner: sre
package goldpath.unit

warn contains result if {
	input.request.spec.dataClassification == "confidential"
	region := input.target.labels.region
	region != "eu-central-1"
	result := {
		"msg": sprintf("confidential data would be in %s; it belongs in eu-central-1", [region]),
		"field": "/spec/region",
	}
}

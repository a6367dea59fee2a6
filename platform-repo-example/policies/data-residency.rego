# METADATA
# title: Confidential data stays in eu-central-1
# description: Sees the request, its target and all objects of a unit, because what is made by way of a control plane says by itself where it goes.
# custom:
#   id: data-residency
#   owner: sre
package goldpath.unit

regions contains input.target.labels.region

regions contains region if {
	some object in input.objects
	region := object.spec.forProvider.region
}

warn contains result if {
	input.request.spec.dataClassification == "confidential"
	some region in regions
	region != "eu-central-1"
	result := {
		"msg": sprintf("confidential data would be in %s; it belongs in eu-central-1", [region]),
		"field": "/spec/region",
	}
}

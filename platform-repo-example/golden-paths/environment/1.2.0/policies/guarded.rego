# Holds the templates to it: whichever output makes a namespace makes its guards too.

# METADATA
# title: A namespace comes with a quota, limits and a network policy that closes it
# custom:
#   id: environment-is-guarded
#   owner: platform
package goldpath.unit

guards := {"ResourceQuota", "LimitRange", "NetworkPolicy"}

is_guarded(namespace, "NetworkPolicy") if {
	some object in input.objects
	object.kind == "NetworkPolicy"
	object.metadata.namespace == namespace
	object.spec.podSelector == {}
	not object.spec.ingress
	not object.spec.egress
	{"Ingress", "Egress"} == {type | some type in object.spec.policyTypes}
}

is_guarded(namespace, kind) if {
	some object in input.objects
	object.kind == kind
	kind != "NetworkPolicy"
	object.metadata.namespace == namespace
}

deny contains msg if {
	some object in input.objects
	object.kind == "Namespace"
	some kind in guards
	not is_guarded(object.metadata.name, kind)
	msg := sprintf("the namespace `%s` has no %s that guards it", [object.metadata.name, kind])
}

# METADATA
# title: Nothing runs without a network policy around it
# custom:
#   id: network-policy
#   owner: security
package goldpath.unit

import data.lib.pods

policies contains object if {
	some object in input.objects
	object.kind == "NetworkPolicy"
	"Ingress" in object.spec.policyTypes
}

is_closed(workload, pod) if {
	some policy in policies
	pods.together(policy, workload)
	pods.selects(policy.spec.podSelector, pod)
}

deny contains msg if {
	some workload in input.objects
	some pod in pods.of(workload)
	not is_closed(workload, pod)
	msg := sprintf("everybody in the cluster may reach %s `%s`: add a NetworkPolicy that says who needs to", [workload.kind, workload.metadata.name])
}
